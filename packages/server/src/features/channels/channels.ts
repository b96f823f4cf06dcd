import { type Channel, type ChannelSetup, ChannelStatus, type ChannelTest, type CreateChannelInput, type UpdateChannelInput } from '@atende/contracts/channels'
import type { z } from 'zod'
import { type Context, tenantTx } from '../../platform/context.ts'
import { randomToken, sha256 } from '../../platform/crypto.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, isForeignKeyViolation, isUniqueViolation, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { requirePlanRoom } from '../tenants/tenants.ts'
import * as db from './channels.db.ts'

type Settings = Pick<Context, 'config' | 'keys'>

export const presentChannel = (row: db.ChannelRow): Channel => ({
  id: row.id,
  name: row.name,
  kind: 'whatsapp_cloud',
  status: ChannelStatus.parse(row.status),
  phoneNumberId: row.phone_number_id,
  wabaId: row.waba_id,
  displayPhoneNumber: row.display_phone_number,
  verifiedName: row.verified_name,
  graphUrl: row.graph_url,
  graphVersion: row.graph_version,
  emulator: row.emulator_since !== null,
  handshakeAt: row.handshake_at?.toISOString() ?? null,
  lastWebhookAt: row.last_webhook_at?.toISOString() ?? null,
  lastError: row.last_error,
  createdAt: row.created_at.toISOString(),
})

const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'channels' } }])

export const listChannels = async (tx: TenantTx): Promise<Channel[]> => (await db.list(tx)).map(presentChannel)

const findRow = async (tx: TenantTx, id: string): Promise<db.ChannelRow> => {
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  return row
}

/** @throws AppError not_found */
export const getChannel = async (tx: TenantTx, id: string): Promise<Channel> => presentChannel(await findRow(tx, id))

export type NewChannel = z.infer<typeof CreateChannelInput> & { emulator?: boolean }

/**
 * Connects a number to the tenant. Secrets are sealed; the verify token is made when it is not given.
 * @throws AppError plan_limit, number_taken (also when the number is another tenant's)
 */
export async function createChannel(settings: Settings, tx: TenantTx, tenantId: string, input: NewChannel): Promise<Channel> {
  await requirePlanRoom(tx, tenantId, 'channels')
  const { keys, config } = settings
  const id = uuidv7()
  const verifyToken = input.verifyToken ?? randomToken(18)
  const row = await db
    .insert(tx, {
      id,
      tenant_id: tenantId,
      kind: 'whatsapp_cloud',
      name: input.name,
      phone_number_id: input.phoneNumberId,
      waba_id: input.wabaId,
      graph_url: (input.graphUrl ?? config.GRAPH_URL).replace(/\/+$/, ''),
      graph_version: input.graphVersion ?? config.GRAPH_VERSION,
      emulator_since: input.emulator ? new Date() : null,
      access_token_enc: keys.seal(`channels.access_token:${id}`, input.accessToken),
      app_secret_enc: input.appSecret ? keys.seal(`channels.app_secret:${id}`, input.appSecret) : null,
      verify_token_enc: keys.seal(`channels.verify_token:${id}`, verifyToken),
      verify_token_hash: sha256(verifyToken),
    })
    .catch((e) => {
      throw isUniqueViolation(e, 'channels_number') ? new AppError('number_taken') : e
    })
  await changed(tx, tenantId)
  return presentChannel(row)
}

/** Switching off stops sending; what arrives is still received. @throws AppError not_found */
export async function updateChannel(
  settings: Settings,
  tx: TenantTx,
  tenantId: string,
  id: string,
  input: z.infer<typeof UpdateChannelInput>,
): Promise<Channel> {
  const { keys } = settings
  const before = await findRow(tx, id)
  const back = input.enabled === true && before.status === 'disabled'
  const row = await db.update(tx, id, {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.accessToken === undefined ? {} : { access_token_enc: keys.seal(`channels.access_token:${id}`, input.accessToken) }),
    ...(input.appSecret === undefined ? {} : { app_secret_enc: keys.seal(`channels.app_secret:${id}`, input.appSecret) }),
    ...(input.enabled === false ? { status: 'disabled' } : back ? { status: 'pending', last_error: null } : {}),
  })
  if (!row) throw notFound()
  await changed(tx, tenantId)
  return presentChannel(row)
}

/** @throws AppError not_found, channel_in_use when it has conversations */
export async function deleteChannel(tx: TenantTx, tenantId: string, id: string): Promise<void> {
  const gone = await db.remove(tx, id).catch((e) => {
    throw isForeignKeyViolation(e) ? new AppError('channel_in_use') : e
  })
  if (!gone) throw notFound()
  await changed(tx, tenantId)
}

/** What to paste at Meta. @throws AppError not_found */
export async function getChannelSetup(ctx: Pick<Context, 'config' | 'keys' | 'publicUrl'>, tx: TenantTx, id: string): Promise<z.infer<typeof ChannelSetup>> {
  const row = await findRow(tx, id)
  return {
    webhookUrl: `${ctx.publicUrl()}/webhooks/whatsapp`,
    verifyToken: ctx.keys.open(`channels.verify_token:${id}`, row.verify_token_enc),
    hasAccessToken: true,
    hasAppSecret: row.app_secret_enc !== null || ctx.config.META_APP_SECRET !== undefined,
  }
}

/** What calling Graph for a channel needs. Never log or present it. */
export type SendingChannel = {
  id: string
  tenantId: string
  phoneNumberId: string
  wabaId: string
  graphUrl: string
  graphVersion: string
  accessToken: string
}

/** Opened credentials, also of a channel that is switched off (media that arrived is still fetched). Undefined when absent. */
export async function getChannelAccess(ctx: Pick<Context, 'keys'>, tx: TenantTx, channelId: string): Promise<SendingChannel | undefined> {
  const row = await db.find(tx, channelId)
  return row && openRow(ctx, row)
}

/** Opened credentials; undefined when the channel is absent or switched off. */
export async function getSendingChannel(ctx: Pick<Context, 'keys'>, tx: TenantTx, channelId: string): Promise<SendingChannel | undefined> {
  const row = await db.find(tx, channelId)
  return row && row.status !== 'disabled' ? openRow(ctx, row) : undefined
}

const openRow = (ctx: Pick<Context, 'keys'>, row: db.ChannelRow): SendingChannel => ({
  id: row.id,
  tenantId: row.tenant_id,
  phoneNumberId: row.phone_number_id,
  wabaId: row.waba_id,
  graphUrl: row.graph_url,
  graphVersion: row.graph_version,
  accessToken: ctx.keys.open(`channels.access_token:${row.id}`, row.access_token_enc),
})

/** The channel does not work and says why, to its admins; nothing happens when it says so already. */
export const noteChannelError = (ctx: Context, tenantId: string, channelId: string, text: string): Promise<void> =>
  tenantTx(ctx, tenantId, async (tx) => {
    if (await db.noteError(tx, channelId, text)) await changed(tx, tenantId)
  })

/** Keeps what a connection test found out; a channel that is switched off stays so. @throws AppError not_found */
export async function keepTestResult(tx: TenantTx, tenantId: string, id: string, test: ChannelTest): Promise<Channel> {
  const before = await findRow(tx, id)
  const failed = test.checks.find((c) => !c.ok)
  const row = await db.update(tx, id, {
    ...(before.status === 'disabled' ? {} : { status: test.ok ? 'connected' : 'error' }),
    last_error: failed?.message ?? null,
    ...(test.displayPhoneNumber ? { display_phone_number: test.displayPhoneNumber } : {}),
    ...(test.verifiedName ? { verified_name: test.verifiedName } : {}),
  })
  if (!row) throw notFound()
  await changed(tx, tenantId)
  return presentChannel(row)
}
