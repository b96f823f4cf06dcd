import { sql } from 'kysely'
import type { Context } from '../../../platform/context.ts'
import { readSignature, signatureMatches } from './signature.ts'

/** One part of a delivery, for one tenant; null tenant: nobody's, kept for the operator. */
export type RoutedEvent = { tenantId: string | null; channelId: string | null; body: Buffer }

type ChannelKey = { channelId: string; tenantId: string; phoneNumberId: string; wabaId: string; secret: string | null }
type Change = Record<string, unknown>
type Entry = { id?: unknown; changes?: unknown }

const SECRETS_TRIED = 64
const ODD_BODY_LIMIT = 64 * 1024
const CACHE_MS = 5_000
const cache = new Map<string, { at: number; channels: ChannelKey[] }>()
/** After a channel changed, the next delivery asks the database. */
export const forgetRoutes = (): void => cache.clear()

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
const numberOf = (change: unknown): string | undefined => {
  const value = isObject(change) ? change.value : undefined
  const metadata = isObject(value) ? value.metadata : undefined
  const id = isObject(metadata) ? metadata.phone_number_id : undefined
  return typeof id === 'string' ? id : undefined
}
const entriesOf = (body: unknown): Entry[] => (isObject(body) && Array.isArray(body.entry) ? body.entry.filter(isObject) : [])
const changesOf = (entry: Entry): Change[] => (Array.isArray(entry.changes) ? entry.changes.filter(isObject) : [])

function parse(raw: Buffer): unknown {
  try {
    return JSON.parse(raw.toString('utf8'))
  } catch {
    return undefined
  }
}

function idsOf(body: unknown): { numbers: string[]; accounts: string[] } {
  const numbers = new Set<string>()
  const accounts = new Set<string>()
  for (const entry of entriesOf(body)) {
    if (typeof entry.id === 'string') accounts.add(entry.id)
    for (const change of changesOf(entry)) {
      const n = numberOf(change)
      if (n) numbers.add(n)
    }
  }
  return { numbers: [...numbers], accounts: [...accounts] }
}

const openSecret = (ctx: Context, channelId: string, sealed: Buffer | null): string | null =>
  sealed ? ctx.keys.open(`channels.app_secret:${channelId}`, sealed) : null

async function findChannels(ctx: Context, numbers: string[], accounts: string[]): Promise<ChannelKey[]> {
  if (numbers.length + accounts.length === 0) return []
  const key = `${numbers.join()}|${accounts.join()}`
  const hit = cache.get(key)
  if (hit && Date.now() - hit.at < CACHE_MS) return hit.channels
  type Row = { channel_id: string; tenant_id: string; phone_number_id: string; waba_id: string; app_secret_enc: Buffer | null }
  const { rows } = await sql<Row>`select * from door_webhook_channels(${numbers}::text[], ${accounts}::text[])`.execute(ctx.db)
  const channels = rows.map((r) => ({
    channelId: r.channel_id,
    tenantId: r.tenant_id,
    phoneNumberId: r.phone_number_id,
    wabaId: r.waba_id,
    secret: openSecret(ctx, r.channel_id, r.app_secret_enc),
  }))
  if (cache.size > 500) cache.clear()
  cache.set(key, { at: Date.now(), channels })
  return channels
}

/** The body names no number of ours: it may still be signed by one of our channels (new shapes, broken JSON). */
async function ownerBySecret(ctx: Context, raw: Buffer, signature: Buffer): Promise<RoutedEvent[] | undefined> {
  // Every known shape names its number; only small oddities are worth trying many secrets on.
  if (raw.length > ODD_BODY_LIMIT) return undefined
  type Row = { channel_id: string; tenant_id: string; app_secret_enc: Buffer }
  const { rows } = await sql<Row>`select * from door_webhook_secrets(${SECRETS_TRIED})`.execute(ctx.db)
  const signers = rows.filter((r) => signatureMatches(openSecret(ctx, r.channel_id, r.app_secret_enc) ?? '', raw, signature))
  const tenants = new Set(signers.map((r) => r.tenant_id))
  if (signers.length === 0) return undefined
  const [only] = signers
  // Several tenants behind one app: nobody can tell whose it is.
  if (!only || tenants.size > 1) return [{ tenantId: null, channelId: null, body: raw }]
  return [{ tenantId: only.tenant_id, channelId: signers.length === 1 ? only.channel_id : null, body: raw }]
}

/**
 * Whom is this delivery for, and is it genuine? A channel believes only its own App Secret, or the server's when it has none of
 * its own: who signs with another tenant's secret reaches nobody else's number. Undefined when no signature matches; that says
 * nothing about which numbers exist.
 */
export async function routeWebhook(ctx: Context, raw: Buffer, header: string | undefined): Promise<RoutedEvent[] | undefined> {
  const signature = readSignature(header)
  if (!signature) return undefined
  const body = parse(raw)
  const { numbers, accounts } = idsOf(body)
  const channels = await findChannels(ctx, numbers, accounts)
  const serverSecret = ctx.config.META_APP_SECRET ?? ''
  const byServer = signatureMatches(serverSecret, raw, signature)
  const verdicts = new Map<string, boolean>()
  const genuine = channels.filter((c) => {
    if (c.secret === null) return byServer
    const verdict = verdicts.get(c.secret) ?? signatureMatches(c.secret, raw, signature)
    verdicts.set(c.secret, verdict)
    return verdict
  })
  if (genuine.length === 0) {
    if (byServer) return [{ tenantId: null, channelId: null, body: raw }]
    // Asked in both cases, so that the time of a refusal does not tell whether the number is connected here.
    const owner = await ownerBySecret(ctx, raw, signature)
    return channels.length > 0 ? undefined : owner
  }
  const routed = split(raw, body, genuine, numbers)
  // One app, several numbers, one of them not connected here: the operator keeps that part.
  const known = new Set(channels.map((c) => c.phoneNumberId))
  return byServer && numbers.some((n) => !known.has(n)) ? [...routed, { tenantId: null, channelId: null, body: raw }] : routed
}

/** One event per tenant. A delivery for one tenant only is kept byte for byte; a mixed one is cut, so that nobody sees another's part. */
function split(raw: Buffer, body: unknown, genuine: readonly ChannelKey[], numbers: readonly string[]): RoutedEvent[] {
  const byNumber = new Map(genuine.map((c) => [c.phoneNumberId, c]))
  const tenants = new Set(genuine.map((c) => c.tenantId))
  const foreign = numbers.some((n) => !byNumber.has(n))
  const [first] = genuine
  if (first && tenants.size === 1 && !foreign) {
    const own = numbers.length === 1 ? byNumber.get(numbers[0] ?? '') : genuine.length === 1 ? first : undefined
    return [{ tenantId: first.tenantId, channelId: own?.channelId ?? null, body: raw }]
  }
  return [...tenants].map((tenantId) => {
    const mine = (entry: Entry, change: Change) => {
      const n = numberOf(change)
      return n ? byNumber.get(n)?.tenantId === tenantId : genuine.some((c) => c.tenantId === tenantId && c.wabaId === entry.id)
    }
    const entry = entriesOf(body)
      .map((e) => ({ ...e, changes: changesOf(e).filter((c) => mine(e, c)) }))
      .filter((e) => e.changes.length > 0)
    return { tenantId, channelId: null, body: Buffer.from(JSON.stringify({ ...(isObject(body) ? body : {}), entry })) }
  })
}
