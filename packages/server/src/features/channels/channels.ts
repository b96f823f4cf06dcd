import { type Channel, type ChannelSetup, ChannelStatus, type CreateChannelInput, QualityRating, type UpdateChannelInput } from '@atende/contracts/channels'
import type { z } from 'zod'
import { type Context, tenantTx } from '../../platform/context.ts'
import { randomToken, sha256 } from '../../platform/crypto.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, isUniqueViolation, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import type { Outgoing } from '../../platform/outgoing/outgoing.ts'
import { openSecret, sealSecret } from '../../platform/vault/tenant-secret.ts'
import { resumeSending } from '../conversations/send-lanes.ts'
import { type NoticeCode, raiseNotices } from '../notices/notices.ts'
import { requirePlanRoom } from '../tenants/tenants.ts'
import * as db from './channels.db.ts'

type Settings = Pick<Context, 'config'>
export const secretPlace = (column: SecretColumn, id: string): string => `channels.${column}:${id}`

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
  quality: QualityRating.catch('UNKNOWN').parse(row.quality_rating),
  releasedAt: row.released_at?.toISOString() ?? null,
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

type SecretColumn = 'access_token' | 'app_secret' | 'verify_token'
const seal = (tx: TenantTx, id: string, column: SecretColumn, text: string) => sealSecret(tx, secretPlace(column, id), text)

/**
 * Connects a number to the tenant. Secrets are sealed; the verify token is made when it is not given. A number that this tenant
 * once released comes back with its history; what it was anywhere else in between is not seen.
 * @throws AppError plan_limit, number_taken (also when the number is another tenant's)
 */
export async function createChannel(settings: Settings, tx: TenantTx, tenantId: string, input: NewChannel): Promise<Channel> {
  await requirePlanRoom(tx, tenantId, 'channels')
  const { config } = settings
  const old = await db.findReleased(tx, input.phoneNumberId)
  const id = old?.id ?? uuidv7()
  const verifyToken = input.verifyToken ?? randomToken(18)
  const row = {
    name: input.name,
    waba_id: input.wabaId,
    graph_url: (input.graphUrl ?? config.GRAPH_URL).replace(/\/+$/, ''),
    graph_version: input.graphVersion ?? config.GRAPH_VERSION,
    emulator_since: input.emulator ? new Date() : null,
    access_token_enc: await seal(tx, id, 'access_token', input.accessToken),
    app_secret_enc: input.appSecret ? await seal(tx, id, 'app_secret', input.appSecret) : null,
    verify_token_enc: await seal(tx, id, 'verify_token', verifyToken),
    verify_token_hash: sha256(verifyToken),
  }
  const saved = old
    ? db.update(tx, id, { ...row, ...db.FORGOTTEN, status: 'pending', released_at: null, next_check_at: new Date() })
    : db.insert(tx, { ...row, id, tenant_id: tenantId, kind: 'whatsapp_cloud', phone_number_id: input.phoneNumberId })
  const made = await saved.catch((e) => {
    throw isUniqueViolation(e, 'channels_number') ? new AppError('number_taken') : e
  })
  if (!made) throw notFound()
  // What held the number back belongs to its life before.
  if (old) await resumeSending(tx, id)
  await changed(tx, tenantId)
  return presentChannel(made)
}

/** Switching off stops sending; what arrives is still received. @throws AppError not_found, channel_unavailable when it was released */
export async function updateChannel(tx: TenantTx, tenantId: string, id: string, input: z.infer<typeof UpdateChannelInput>): Promise<Channel> {
  const before = await findRow(tx, id)
  if (before.released_at !== null && Object.keys(input).some((key) => key !== 'name')) throw new AppError('channel_unavailable')
  const back = input.enabled === true && before.status === 'disabled'
  const row = await db.update(tx, id, {
    ...(input.name === undefined ? {} : { name: input.name }),
    ...(input.accessToken === undefined ? {} : { access_token_enc: await seal(tx, id, 'access_token', input.accessToken), next_check_at: new Date() }),
    ...(input.appSecret === undefined ? {} : { app_secret_enc: await seal(tx, id, 'app_secret', input.appSecret) }),
    ...(input.enabled === false ? { status: 'disabled' } : back ? { status: 'pending', last_error: null } : {}),
  })
  if (!row) throw notFound()
  // What waited for a token that works, or for the channel, goes on.
  if (input.accessToken !== undefined || back) await resumeSending(tx, id)
  await changed(tx, tenantId)
  return presentChannel(row)
}

/**
 * Removes a channel, or, when it has conversations, releases its number: the history stays readable, the secrets are gone, and the
 * number may be connected anywhere. Doing it twice changes nothing.
 * @throws AppError not_found
 */
export async function deleteChannel(tx: TenantTx, tenantId: string, id: string): Promise<'removed' | 'released'> {
  const before = await findRow(tx, id)
  const used = await db.isUsed(tx, id)
  if (!used) await db.remove(tx, id)
  else if (before.released_at === null) await db.release(tx, id)
  await changed(tx, tenantId)
  await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'notices' } }])
  return used ? 'released' : 'removed'
}

/** What to paste at Meta. @throws AppError not_found, also when it was released */
export async function getChannelSetup(ctx: Pick<Context, 'config' | 'publicUrl'>, tx: TenantTx, id: string): Promise<z.infer<typeof ChannelSetup>> {
  const row = await findRow(tx, id)
  if (row.verify_token_enc === null) throw notFound()
  return {
    webhookUrl: `${ctx.publicUrl()}/webhooks/whatsapp`,
    verifyToken: await openSecret(tx, secretPlace('verify_token', id), row.verify_token_enc),
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
  outgoing: Outgoing
}

/** Opened credentials, also of a channel that is switched off (media that arrived is still fetched). Undefined when absent or released. */
export async function getChannelAccess(ctx: Pick<Context, 'outgoing'>, tx: TenantTx, channelId: string): Promise<SendingChannel | undefined> {
  const row = await db.find(tx, channelId)
  return row && openRow(ctx, tx, row)
}

/** Opened credentials; undefined when the channel is absent or switched off. */
export async function getSendingChannel(ctx: Pick<Context, 'outgoing'>, tx: TenantTx, channelId: string): Promise<SendingChannel | undefined> {
  const row = await db.find(tx, channelId)
  return row && row.status !== 'disabled' ? openRow(ctx, tx, row) : undefined
}

const openRow = async (ctx: Pick<Context, 'outgoing'>, tx: TenantTx, row: db.ChannelRow): Promise<SendingChannel | undefined> =>
  row.access_token_enc === null
    ? undefined
    : {
        id: row.id,
        tenantId: row.tenant_id,
        phoneNumberId: row.phone_number_id,
        wabaId: row.waba_id,
        graphUrl: row.graph_url,
        graphVersion: row.graph_version,
        accessToken: await openSecret(tx, secretPlace('access_token', row.id), row.access_token_enc),
        outgoing: ctx.outgoing,
      }

const TOKEN_CODES = new Set([0, 190])

/**
 * The channel does not work and says why; nothing happens when it says so already. With Meta's code its admins get a notice, too.
 */
export const noteChannelError = (ctx: Context, tenantId: string, channelId: string, cause: string | { title: string; code: number | null }): Promise<void> =>
  tenantTx(ctx, tenantId, async (tx) => {
    const { title, code } = typeof cause === 'string' ? { title: cause, code: null } : cause
    const row = await db.noteError(tx, channelId, title)
    if (!row) return
    await changed(tx, tenantId)
    if (typeof cause === 'string') return
    const dead = code !== null && TOKEN_CODES.has(code)
    if (dead) await db.update(tx, channelId, { token_valid: false })
    const name: NoticeCode = dead ? 'token_invalid' : 'channel_stopped'
    const details = { number: row.display_phone_number ?? row.name, reason: title }
    await raiseNotices(tx, tenantId, [{ code: name, severity: 'critical', channelId, key: `${name}:${channelId}`, details }])
  })
