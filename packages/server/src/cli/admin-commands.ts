import { Email, Password, PersonName } from '@atende/contracts/common'
import type { Command } from 'commander'
import { z } from 'zod'
import { print } from './output.ts'
import { readSecret, secretOption } from './secrets.ts'

type CreateAdmin = { name: string; email: string; password?: string; passwordFile?: string; json?: boolean }
const AdminInput = z.object({ name: PersonName, email: Email, password: Password })

export function adminCommands(program: Command): void {
  const admin = program.command('admin').description('who runs this server (super admins)')
  secretOption(
    admin
      .command('create')
      .description('create the login of who runs this server; a known login keeps its name and password')
      .requiredOption('--name <name>', 'name of the person')
      .requiredOption('--email <address>', 'login'),
    'password',
    'password, 10 characters or more',
  )
    .addHelpText('after', '\nExample:\n  atende admin create --name "Rita Lopes" --email rita@hotel.example --password-file ./password')
    .action(createAdmin)
}

async function createAdmin(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<CreateAdmin>()
  const input = AdminInput.parse({ name: o.name, email: o.email, password: readSecret('password', o.password, o.passwordFile) ?? '' })
  const { withInstallation } = await import('./with-installation.ts')
  const { makeSuperAdmin } = await import('../features/tenants/super-admin.ts')
  const made = await withInstallation(({ installation }) => makeSuperAdmin(installation.ownerUrl, input))
  const said = made.created
    ? 'can log in now.'
    : made.granted
      ? 'runs this server now, with the password as it was.'
      : 'runs this server already; nothing was changed.'
  print(o.json ?? false, made, [`${made.email} ${said}`])
}
