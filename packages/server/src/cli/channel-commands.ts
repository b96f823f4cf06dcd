import type { Channel, ChannelTest } from '@atende/contracts/channels'
import { CreateChannelInput } from '@atende/contracts/channels'
import { type Command, Option } from 'commander'
import type { z } from 'zod'
import type { TenantTx } from '../platform/database.ts'
import { print, table, warn } from './output.ts'
import { readSecret, secretOption } from './secrets.ts'

type Secrets = 'accessToken' | 'appSecret' | 'verifyToken'
type AddChannel = {
  tenant: string
  phoneNumberId: string
  wabaId: string
  name?: string
  graphUrl?: string
  graphVersion?: string
  test: boolean
  json?: boolean
} & {
  [K in Secrets | `${Secrets}File`]?: string
}
type ChannelRow = {
  id: string
  tenantSlug: string
  name: string
  status: string
  phoneNumberId: string
  wabaId: string
  displayPhoneNumber: string | null
  graphUrl: string
  graphVersion: string
  releasedAt: Date | null
  lastError: string | null
}

const EXAMPLE = `
Secrets may also come from files (--access-token-file …), from the environment (ATENDE_ACCESS_TOKEN,
ATENDE_APP_SECRET, ATENDE_VERIFY_TOKEN) or from standard input ("-", one line each).

Example:
  atende channel add --tenant recanto --kind whatsapp-cloud --phone-number-id 106540352242922 --waba-id 102290129340398 \\
    --access-token-file ./token --app-secret-file ./secret --verify-token "$VERIFY_TOKEN"`

export function channelCommands(program: Command): void {
  const channel = program.command('channel').description('WhatsApp numbers of a company')
  const add = channel
    .command('add')
    .description('connect a WhatsApp number')
    .requiredOption('--tenant <slug|id>', 'company')
    .addOption(new Option('--kind <kind>', 'kind of channel').choices(['whatsapp-cloud']).makeOptionMandatory())
    .requiredOption('--phone-number-id <id>', "Meta's id of the number")
    .requiredOption('--waba-id <id>', "Meta's id of the WhatsApp Business account")
    .option('--name <name>', 'name people see; the number when absent')
    .option('--graph-url <url>', "base address of the Graph API; Meta's when absent")
    .option('--graph-version <version>', 'for example v26.0')
    .option('--no-test', 'do not ask Graph whether the credentials work')
  secretOption(add, 'access-token', 'access token')
  secretOption(add, 'app-secret', "App Secret that signs the webhooks; the server's META_APP_SECRET when absent")
  secretOption(add, 'verify-token', 'token of the webhook handshake; made when absent')
  add.addHelpText('after', EXAMPLE).action(addChannel)

  channel
    .command('release <id>')
    .description('give a number up, so that it may be connected elsewhere; its history stays with the company, its secrets are wiped')
    .requiredOption('--tenant <slug|id>', 'company that has it')
    .action(releaseChannel)

  channel.command('list').description('connected numbers, of one company or of all').option('--tenant <slug|id>', 'company').action(listChannels)
}

async function addChannel(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<AddChannel>()
  const input = CreateChannelInput.parse({
    name: o.name ?? `WhatsApp ${o.phoneNumberId}`,
    phoneNumberId: o.phoneNumberId,
    wabaId: o.wabaId,
    graphUrl: o.graphUrl,
    graphVersion: o.graphVersion,
    accessToken: readSecret('access-token', o.accessToken, o.accessTokenFile) ?? '',
    appSecret: readSecret('app-secret', o.appSecret, o.appSecretFile),
    verifyToken: readSecret('verify-token', o.verifyToken, o.verifyTokenFile),
  })
  const result = await connect(o.tenant, input, o.test)
  const { channel, setup, test } = result
  print(o.json ?? false, { ...channel, kind: 'whatsapp-cloud', ...result.tenant, ...setup, test }, [
    `Connected ${channel.displayPhoneNumber ?? channel.phoneNumberId} to ${result.tenant.tenantSlug} (${channel.id}).`,
    `Paste at Meta: webhook ${setup.webhookUrl}, verify token ${setup.verifyToken}`,
    ...(test?.checks ?? []).map((c) => `${c.ok ? 'ok    ' : 'check '} ${c.name}: ${c.message}`),
  ])
  if (!setup.hasAppSecret) warn('warning: no App Secret, neither here nor in META_APP_SECRET: webhooks will be refused until there is one.')
}

type Connected = {
  channel: Channel
  tenant: { tenantId: string; tenantSlug: string }
  setup: { webhookUrl: string; verifyToken: string; hasAppSecret: boolean }
  test: ChannelTest | null
}

async function connect(slugOrId: string, input: z.infer<typeof CreateChannelInput>, ask: boolean): Promise<Connected> {
  const { findTenant, withInstallation } = await import('./with-installation.ts')
  const { createChannel, getChannelAccess, getChannelSetup, presentChannel } = await import('../features/channels/channels.ts')
  const { askMeta } = await import('../features/channels/ask-meta.ts')
  const { keepFindings } = await import('../features/channels/check-channel.ts')
  const { judgeFindings } = await import('../features/channels/test-connection.ts')
  const { noteOperator } = await import('./note-operator.ts')
  const { inTenant } = await import('../platform/database.ts')
  const { createOutgoing } = await import('../platform/outgoing/outgoing.ts')
  const { runningServer } = await import('../platform/running-file.ts')
  return withInstallation(async ({ config, installation }) => {
    const tenant = await findTenant(installation, slugOrId)
    const address = config.PUBLIC_URL ?? (await runningServer(installation.home)) ?? `http://${config.HOST}:${config.PORT}`
    const outgoing = createOutgoing(config)
    const settings = { config, keys: installation.keys, outgoing, publicUrl: () => address.replace(/\/+$/, '') }
    const made = await inTenant(installation.db, tenant.id, async (tx) => {
      const channel = await createChannel(settings, tx, tenant.id, input)
      await noteOperator(tx, tenant.id, 'channel.create', { type: 'channel', id: channel.id })
      return { channel, setup: await getChannelSetup(settings, tx, channel.id), access: await getChannelAccess(settings, tx, channel.id) }
    })
    const found = ask && made.access ? await askMeta(made.access) : null
    outgoing.close()
    const { id } = made.channel
    const keep = found && ((tx: TenantTx) => keepFindings(settings, tx, { tenantId: tenant.id, id, found, asked: 'person' }))
    const channel = keep ? presentChannel(await inTenant(installation.db, tenant.id, keep)) : made.channel
    return { channel, setup: made.setup, test: found && judgeFindings(found), tenant: { tenantId: tenant.id, tenantSlug: tenant.slug } }
  })
}

async function releaseChannel(id: string, _: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<{ tenant: string; json?: boolean }>()
  const { findTenant, withInstallation } = await import('./with-installation.ts')
  const { deleteChannel } = await import('../features/channels/channels.ts')
  const { noteOperator } = await import('./note-operator.ts')
  const { inTenant } = await import('../platform/database.ts')
  const { z } = await import('zod')
  const { AppError } = await import('../platform/errors.ts')
  if (!z.uuid().safeParse(id).success) throw new AppError('not_found')
  const outcome = await withInstallation(async ({ installation }) => {
    const tenant = await findTenant(installation, o.tenant)
    return inTenant(installation.db, tenant.id, async (tx) => {
      const done = await deleteChannel(tx, tenant.id, id)
      await noteOperator(tx, tenant.id, `channel.${done === 'removed' ? 'delete' : 'release'}`, { type: 'channel', id })
      return done
    })
  })
  print(o.json ?? false, { id, outcome }, [
    outcome === 'removed' ? 'Removed: it had no conversations.' : 'Released: the history stays readable, and the number may be connected elsewhere.',
  ])
}

async function listChannels(_: unknown, command: Command): Promise<void> {
  const o = command.optsWithGlobals<{ tenant?: string; json?: boolean }>()
  const { askOwner, findTenant, withInstallation } = await import('./with-installation.ts')
  const rows = await withInstallation(async ({ installation }) => {
    const tenantId = o.tenant === undefined ? null : (await findTenant(installation, o.tenant)).id
    return askOwner<ChannelRow>(
      installation,
      `select c.id, c.tenant_id "tenantId", t.slug "tenantSlug", c.name, 'whatsapp-cloud' kind, c.status, c.phone_number_id "phoneNumberId", c.waba_id "wabaId",
        c.display_phone_number "displayPhoneNumber", c.verified_name "verifiedName", c.graph_url "graphUrl", c.graph_version "graphVersion",
        c.emulator_since is not null emulator, c.released_at "releasedAt", c.handshake_at "handshakeAt", c.last_webhook_at "lastWebhookAt", c.last_error "lastError", c.created_at "createdAt"
      from channels c join tenants t on t.id = c.tenant_id where $1::uuid is null or c.tenant_id = $1::uuid order by t.slug, c.created_at, c.id`,
      [tenantId],
    )
  })
  const lines = rows.map((r) => [r.tenantSlug, r.name, r.displayPhoneNumber ?? '', r.releasedAt === null ? r.status : 'released', r.phoneNumberId, r.id])
  print(
    o.json ?? false,
    rows,
    rows.length === 0
      ? ['No channels yet. Connect one with "atende channel add".']
      : table([['TENANT', 'NAME', 'NUMBER', 'STATUS', 'PHONE NUMBER ID', 'ID'], ...lines]),
  )
}
