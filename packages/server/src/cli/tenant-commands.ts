import { TenantRole } from '@atende/contracts/access'
import { Email, Password, PersonName } from '@atende/contracts/common'
import { CreateTenantInput, Plan } from '@atende/contracts/tenants'
import { type Command, Option } from 'commander'
import { z } from 'zod'
import { print, table, UsageError } from './output.ts'
import { readSecret, secretOption } from './secrets.ts'

type Secret<N extends string> = { [K in N | `${N}File`]?: string }
type CreateTenant = {
  name: string
  email: string
  ownerName: string
  ownerEmail: string
  slug?: string
  plan?: string
  json?: boolean
} & Secret<'ownerPassword'>
type CreateUser = { tenant: string; name: string; email: string; role: string; json?: boolean } & Secret<'password'>
type TenantRow = { id: string; slug: string; name: string; email: string; status: string; plan: string; users: number; channels: number; createdAt: Date }

export function tenantCommands(program: Command): void {
  const tenant = program.command('tenant').description('companies that use this server')

  secretOption(
    tenant
      .command('create')
      .description('create a company with its owner')
      .requiredOption('--name <name>', 'name of the company')
      .requiredOption('--email <address>', 'e-mail of the company')
      .requiredOption('--owner-name <name>', 'name of the owner')
      .requiredOption('--owner-email <address>', 'login of the owner'),
    'owner-password',
    'password of the owner, 10 characters or more',
  )
    .option('--slug <slug>', 'short name in addresses; made from the name when absent')
    .addOption(new Option('--plan <plan>', 'plan').choices(Plan.options).default('BASIC'))
    .addHelpText(
      'after',
      '\nExample:\n  atende tenant create --name "Pousada Recanto do Mar" --email contato@recanto.example \\\n    --owner-name "Helena Prado" --owner-email helena@recanto.example --owner-password-file ./password',
    )
    .action(createTenant)

  tenant.command('list').description('all companies').action(listTenants)

  const user = program.command('user').description('people of a company')
  secretOption(
    user
      .command('create')
      .description('create a login that belongs to a company')
      .requiredOption('--tenant <slug|id>', 'company')
      .requiredOption('--name <name>', 'name of the person')
      .requiredOption('--email <address>', 'login')
      .addOption(new Option('--role <role>', 'role').choices(TenantRole.options).makeOptionMandatory()),
    'password',
    'password, 10 characters or more',
  )
    .addHelpText(
      'after',
      '\nExample:\n  echo "$PASSWORD" | atende user create --tenant recanto --name "Bruno Farias" --email bruno@recanto.example --role ATTENDANT --password -',
    )
    .action(createUser)

  user
    .command('reset-factors')
    .description('remove the second factors of a person who has lost phone and recovery codes')
    .requiredOption('--email <address>', 'login')
    .addHelpText('after', '\nBe sure that it is them who ask.\n\nExample:\n  atende user reset-factors --email bruno@recanto.example')
    .action(resetFactors)
}

async function createTenant(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<CreateTenant>()
  const password = readSecret('owner-password', o.ownerPassword, o.ownerPasswordFile)
  const input = CreateTenantInput.parse({
    name: o.name,
    email: o.email,
    slug: o.slug,
    plan: o.plan,
    owner: { name: o.ownerName, email: o.ownerEmail, password: password ?? '' },
  })
  const { withInstallation } = await import('./with-installation.ts')
  const { createTenantAnd } = await import('../features/tenants/create-tenant.ts')
  const { noteOperator } = await import('./note-operator.ts')
  const made = await withInstallation(({ installation: { db } }) =>
    createTenantAnd(db, { ...input, status: 'ACTIVE', emailConfirmed: true }, async (tx, { tenantId, userId, slug }) => {
      await noteOperator(tx, tenantId, 'tenant.create', { type: 'tenant', id: tenantId }, { ownerId: userId })
      return { tenantId, userId, slug }
    }),
  )
  print(o.json ?? false, { id: made.tenantId, slug: made.slug, name: input.name, plan: input.plan, ownerId: made.userId, ownerEmail: input.owner.email }, [
    `Created ${input.name} (${made.slug}).`,
    `Owner ${input.owner.email} can log in now.`,
  ])
}

async function listTenants(_: unknown, command: Command): Promise<void> {
  const { json = false } = command.optsWithGlobals<{ json?: boolean }>()
  const { askOwner, withInstallation } = await import('./with-installation.ts')
  const rows = await withInstallation(({ installation }) =>
    askOwner<TenantRow>(
      installation,
      `select t.id, t.slug, t.name, t.email, t.status, t.plan, t.created_at "createdAt",
        (select count(*)::int from memberships m where m.tenant_id = t.id and m.deactivated_at is null) users,
        (select count(*)::int from channels c where c.tenant_id = t.id) channels
      from tenants t order by t.created_at, t.id`,
    ),
  )
  const lines = rows.map((r) => [r.slug, r.name, r.status, r.plan, String(r.users), String(r.channels), r.id])
  print(
    json,
    rows,
    rows.length === 0
      ? ['No tenants yet. Create one with "atende tenant create".']
      : table([['SLUG', 'NAME', 'STATUS', 'PLAN', 'USERS', 'CHANNELS', 'ID'], ...lines]),
  )
}

const UserInput = z.object({ name: PersonName, email: Email, password: Password, role: TenantRole })

async function createUser(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<CreateUser>()
  const input = UserInput.parse({ name: o.name, email: o.email, role: o.role, password: readSecret('password', o.password, o.passwordFile) ?? '' })
  const { findTenant, withInstallation } = await import('./with-installation.ts')
  const { createUser: create } = await import('../features/users/users.ts')
  const { noteOperator } = await import('./note-operator.ts')
  const { user, tenant } = await withInstallation(async ({ installation }) => {
    const found = await findTenant(installation, o.tenant)
    return {
      tenant: found,
      user: await create(installation, { ...input, tenantId: found.id }, (tx, made) =>
        noteOperator(tx, found.id, 'user.create', { type: 'user', id: made.id }, { role: made.role }),
      ),
    }
  })
  print(o.json ?? false, { ...user, tenantId: tenant.id, tenantSlug: tenant.slug }, [`Created ${user.email} (${user.role}) in ${tenant.name}.`])
}

async function resetFactors(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<{ email: string; json?: boolean }>()
  const { email } = z.object({ email: Email }).parse({ email: o.email })
  const { withInstallation } = await import('./with-installation.ts')
  const { forgetFactors } = await import('../features/access/factors/factors.ts')
  const known = await withInstallation(({ installation }) => forgetFactors(installation.db, email))
  if (!known) throw new UsageError(`--email: nobody has the login ${email}`)
  print(o.json ?? false, { email }, [`${email} logs in with the password alone now.`])
}
