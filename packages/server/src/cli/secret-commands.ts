import { randomBytes } from 'node:crypto'
import type { Command } from 'commander'
import { print } from './output.ts'

/** Names with what makes a good value; in the order in which an `.env` would have them. */
const MADE: Record<string, () => string> = {
  ENCRYPTION_KEY: () => randomBytes(32).toString('hex'),
  SUPER_ADMIN_PASSWORD: () => randomBytes(18).toString('base64url'),
  META_VERIFY_TOKEN: () => randomBytes(24).toString('base64url'),
  POSTGRES_PASSWORD: () => randomBytes(24).toString('base64url'),
}

export function secretCommands(program: Command): void {
  program
    .command('secrets')
    .description('secrets of the server')
    .command('make')
    .description('print new strong secrets, as lines of an .env file; nothing is stored or changed')
    .addHelpText(
      'after',
      '\nChanging ENCRYPTION_KEY of a server that has data makes that data unreadable.\n\nExample:\n  (umask 077; atende secrets make > .env)',
    )
    .action((_: unknown, command: Command) => {
      const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
      const made = Object.fromEntries(Object.entries(MADE).map(([name, make]) => [name, make()]))
      print(
        json,
        made,
        Object.entries(made).map(([name, value]) => `${name}=${value}`),
      )
    })
}
