import { Command } from 'commander'
import { VERSION } from '../platform/config.ts'
import { adminCommands } from './admin-commands.ts'
import { alertCommands } from './alert-commands.ts'
import { auditCommands } from './audit-commands.ts'
import { backupCommands } from './backup-commands.ts'
import { channelCommands } from './channel-commands.ts'
import { doctorCommands } from './doctor-commands.ts'
import { keyCommands } from './key-commands.ts'
import { limitCommands } from './limit-commands.ts'
import { fail, OK } from './output.ts'
import { restoreCommands } from './restore-commands.ts'
import { secretCommands } from './secret-commands.ts'
import { serverCommands } from './server-commands.ts'
import { tenantCommands } from './tenant-commands.ts'
import { updateCommands } from './update-commands.ts'

/** Every command, with its options. */
export function createProgram(): Command {
  const program = new Command('atende')
    .description('Self-hosted WhatsApp front desk: run and set up a server from the command line.')
    .version(VERSION)
    .option('--json', 'one JSON value on standard output, nothing else')
    .showHelpAfterError('(add --help to see what is expected)')
    .addHelpText('after', '\nExit codes: 0 done, 1 failed, 2 used wrongly.\n\nExample:\n  atende tenant list --json')
  serverCommands(program)
  adminCommands(program)
  tenantCommands(program)
  channelCommands(program)
  secretCommands(program)
  auditCommands(program)
  limitCommands(program)
  keyCommands(program)
  backupCommands(program)
  restoreCommands(program)
  alertCommands(program)
  updateCommands(program)
  doctorCommands(program)
  const all = (c: Command): Command[] => [c, ...c.commands.flatMap(all)]
  for (const command of all(program)) command.exitOverride()
  return program
}

/** Runs one command. Answers the exit code. */
export async function runCli(argv: readonly string[]): Promise<number> {
  const program = createProgram()
  try {
    await program.parseAsync(argv)
    return OK
  } catch (e) {
    return fail(e, program.opts<{ json?: boolean }>().json ?? false)
  }
}
