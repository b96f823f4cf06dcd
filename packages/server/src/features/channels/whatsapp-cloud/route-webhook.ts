import { sql } from 'kysely'
import type { Context } from '../../../platform/context.ts'
import { randomToken } from '../../../platform/crypto.ts'
import { openSecretOf } from '../../../platform/vault/tenant-secret.ts'
import { canonicalPhone } from '../../contacts/phone.ts'
import { secretPlace } from '../channels.ts'
import { readSignature, signatureMatches } from './signature.ts'

/** One part of a delivery, for one tenant; null tenant: nobody's, kept for the operator. */
export type RoutedEvent = { tenantId: string | null; channelId: string | null; body: Buffer }

type ChannelKey = { channelId: string; tenantId: string; phoneNumberId: string; wabaId: string; phone: string | null; secret: string | null; proven: boolean }
type Change = Record<string, unknown>
type Entry = { id?: unknown; changes?: unknown }

const SECRETS_TRIED = 64
/** How many bytes are hashed for a body that names nobody: strangers send such bodies too. */
const HASHING_BUDGET = 16 * 1024 * 1024
const CACHE_MS = 5_000
const cache = new Map<string, { at: number; channels: ChannelKey[] }>()
/** After a channel changed, the next delivery asks the database. */
export const forgetRoutes = (): void => cache.clear()

const isObject = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)
const inner = (v: unknown, key: string): unknown => (isObject(v) ? v[key] : undefined)
/** Most fields name the number in `metadata`; hand-overs in `recipient`, alerts in `entity_id` (Cloud API, webhooks). */
const numberOf = (change: unknown): string | undefined => {
  const value = inner(change, 'value')
  const alerted = inner(value, 'entity_type') === 'PHONE_NUMBER' ? inner(value, 'entity_id') : undefined
  const places = [inner(value, 'metadata'), inner(inner(value, 'standby'), 'metadata'), inner(value, 'recipient')]
  return [...places.map((p) => inner(p, 'phone_number_id')), alerted].find((id): id is string => typeof id === 'string')
}
/** Account changes of one number write it as people do. */
const phoneOf = (change: unknown): string | undefined => {
  const value = inner(change, 'value')
  const phone = inner(value, 'display_phone_number') ?? inner(value, 'phone_number')
  return typeof phone === 'string' || typeof phone === 'number' ? canonicalPhone(String(phone)) || undefined : undefined
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

/** Stands for a secret that does not open: nobody signs with it. */
const UNREADABLE = randomToken()
type Sealed = { channel_id: string; tenant_id: string; app_secret_enc: Buffer | null }
/** Null: the channel has none of its own. */
const openSecret = async (ctx: Context, { channel_id, tenant_id, app_secret_enc }: Sealed): Promise<string | null> =>
  app_secret_enc ? ((await openSecretOf(ctx.db, tenant_id, secretPlace('app_secret', channel_id), app_secret_enc)) ?? UNREADABLE) : null

async function findChannels(ctx: Context, numbers: string[], accounts: string[]): Promise<ChannelKey[]> {
  if (numbers.length + accounts.length === 0) return []
  const key = `${numbers.join()}|${accounts.join()}`
  const hit = cache.get(key)
  if (hit && Date.now() - hit.at < CACHE_MS) return hit.channels
  type Row = Sealed & { phone_number_id: string; waba_id: string; display_phone_number: string | null; proven: boolean }
  const { rows } = await sql<Row>`select * from door_webhook_channels(${numbers}::text[], ${accounts}::text[])`.execute(ctx.db)
  const channels: ChannelKey[] = []
  for (const r of rows)
    channels.push({
      channelId: r.channel_id,
      tenantId: r.tenant_id,
      phoneNumberId: r.phone_number_id,
      wabaId: r.waba_id,
      phone: r.display_phone_number === null ? null : canonicalPhone(r.display_phone_number),
      secret: await openSecret(ctx, r),
      proven: r.proven,
    })
  if (cache.size > 500) cache.clear()
  cache.set(key, { at: Date.now(), channels })
  return channels
}

/** The body names no number of ours: it may still be signed by one of our channels (new shapes, broken JSON). */
async function ownerBySecret(ctx: Context, raw: Buffer, signature: Buffer): Promise<RoutedEvent[] | undefined> {
  // The larger the body, the fewer secrets; the newest channels first.
  const tried = Math.min(SECRETS_TRIED, Math.floor(HASHING_BUDGET / Math.max(1, raw.length)))
  const { rows } = await sql<Sealed>`select * from door_webhook_secrets(${tried})`.execute(ctx.db)
  const signers: Sealed[] = []
  for (const r of rows) if (signatureMatches((await openSecret(ctx, r)) ?? UNREADABLE, raw, signature)) signers.push(r)
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
    // The server's secret signs for every number of the app: only who showed that the number is theirs may have its deliveries.
    if (c.secret === null) return byServer && c.proven
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
  const nobodys: RoutedEvent = { tenantId: null, channelId: null, body: raw }
  // Only numbers that are not connected here (any more), of accounts that are: nobody's history may show it.
  if (routed.length === 0) return [nobodys]
  // One app, several numbers, one of them not connected here: the operator keeps that part.
  const known = new Set(channels.map((c) => c.phoneNumberId))
  return byServer && numbers.some((n) => !known.has(n)) ? [...routed, nobodys] : routed
}

/** Whose change of an account this is: the tenant's whose number it names, or everybody's who has that account. */
function isAccountChangeOf(tenantId: string, entry: Entry, change: Change, genuine: readonly ChannelKey[]): boolean {
  const ofAccount = genuine.filter((c) => c.wabaId === entry.id)
  const phone = phoneOf(change)
  const owners = phone === undefined ? [] : ofAccount.filter((c) => c.phone === phone)
  return (owners.length > 0 ? owners : ofAccount).some((c) => c.tenantId === tenantId)
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
  return [...tenants].flatMap((tenantId) => {
    const mine = (entry: Entry, change: Change) => {
      const n = numberOf(change)
      return n ? byNumber.get(n)?.tenantId === tenantId : isAccountChangeOf(tenantId, entry, change, genuine)
    }
    const entry = entriesOf(body)
      .map((e) => ({ ...e, changes: changesOf(e).filter((c) => mine(e, c)) }))
      .filter((e) => e.changes.length > 0)
    // Nothing in it for this tenant, for example when only a neighbour's number of the same account is named.
    if (entry.length === 0) return []
    const part = write({ ...(isObject(body) ? body : {}), entry })
    return part ? [{ tenantId, channelId: null, body: part }] : []
  })
}

/** Undefined when it nests deeper than can be written: then it stays whole, with the operator. */
function write(body: object): Buffer | undefined {
  try {
    return Buffer.from(JSON.stringify(body))
  } catch {
    return undefined
  }
}
