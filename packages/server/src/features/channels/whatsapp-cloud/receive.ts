import { sql } from 'kysely'
import type { Context } from '../../../platform/context.ts'
import { enterTenant, type SystemTx, type TenantTx } from '../../../platform/database.ts'
import { applyPreferences } from '../../contacts/change-identity.ts'
import { nameGroups } from '../../contacts/name-groups.ts'
import { syncContacts } from '../../contacts/sync-contacts.ts'
import { applyCorrections } from '../../inbox/apply-corrections.ts'
import { applyIdentities } from '../../inbox/apply-identities.ts'
import { applyStatuses } from '../../inbox/apply-statuses.ts'
import { noteHappenings } from '../../inbox/note-happenings.ts'
import { receiveMessages } from '../../inbox/receive-messages.ts'
import { messageMarks } from '../../messages/message-ids.ts'
import { recordPricing } from '../../usage/record-pricing.ts'
import { applyAccountChanges } from './account-changes.ts'
import { CHANNEL, receivedCounted, understandingCounted } from './counted.ts'
import { explainError } from './error-table.ts'
import { hideIds } from './hide-ids.ts'
import { type Numbers, parseWebhook, type Understood } from './parse-webhook.ts'
import { mustOpen, openDeliveries } from './sealed-delivery.ts'
import { WEBHOOKS_CHANNEL } from './webhook-store.ts'

const BATCH = 400
/** How often the whole waiting list is looked through, for events that a plain cursor passed by. */
const SWEEP_MS = 1000
/** A failing delivery is tried for about half a day, in growing gaps; after that a person may replay it. */
const RETRY_MAX_SECONDS = 3600

/** `body` is sealed until the tenant's turn comes. */
type Taken = { id: string; tenant_id: string; channel_id: string | null; body: Buffer; attempts: number }
type Typing = { tenantId: string; typing: Understood['typing'] }
/** What a batch comes to; said after its commit. */
type Tally = { typing: Typing[]; received: number; partly: number }
const nothing = (): Tally => ({ typing: [], received: 0, partly: 0 })

/**
 * Works off stored deliveries, in order of arrival, in batches: one transaction understands a few hundred of them. A delivery
 * that cannot be processed is tried alone, keeps its error and is tried again; it never holds up the others and is never lost.
 */
export class Receiver {
  readonly #ctx: Context
  readonly #onTyping: (t: Typing) => void
  #last: string | null = null
  #running: Promise<void> | undefined
  #again = false
  #sweeper: NodeJS.Timeout | undefined
  #stopped = true

  constructor(ctx: Context, onTyping: (t: Typing) => void) {
    this.#ctx = ctx
    this.#onTyping = onTyping
    ctx.signals.on(WEBHOOKS_CHANNEL, () => this.wake())
  }

  start(): void {
    this.#stopped = false
    this.#sweeper = setInterval(() => {
      this.#last = null
      this.wake()
    }, SWEEP_MS)
    this.wake()
  }

  wake(): void {
    if (this.#stopped) return
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = this.#drain()
      .catch((err) => this.#ctx.log.error({ err }, 'receiver: trying again'))
      .finally(() => {
        this.#running = undefined
        if (this.#again) {
          this.#again = false
          this.wake()
        }
      })
  }

  async #drain(): Promise<void> {
    while (!this.#stopped) {
      const taken = await this.#step(BATCH)
      if (taken === 0) return
    }
  }

  /** Answers how many deliveries were worked off. */
  async #step(max: number): Promise<number> {
    const after = this.#last
    let batch: Taken[] = []
    const tally = nothing()
    try {
      await this.#ctx.db.transaction().execute(async (tx) => {
        // Everything below is looked up by key. Before a new table has statistics, the planner would rather read it whole, each time.
        await sql`select set_config('enable_seqscan', 'off', true)`.execute(tx)
        batch = await take(tx, after, max)
        await this.#process(tx, batch, tally)
      })
      for (const t of tally.typing) this.#onTyping(t)
      this.#count(batch.length, tally)
    } catch (err) {
      if (batch.length === 0) throw err
      this.#ctx.log.warn({ err, events: batch.length }, 'receiver: batch failed, one by one now')
      for (const event of batch) await this.#alone(event)
    }
    this.#last = batch.at(-1)?.id ?? this.#last
    return batch.length
  }

  #count(deliveries: number, { received, partly }: Tally): void {
    const { counters } = this.#ctx
    counters.add(understandingCounted, { ...CHANNEL, outcome: 'whole' }, deliveries - partly)
    counters.add(understandingCounted, { ...CHANNEL, outcome: 'partly' }, partly)
    counters.add(receivedCounted, CHANNEL, received)
  }

  async #process(tx: SystemTx, batch: readonly Taken[], tally: Tally): Promise<void> {
    const byTenant = Map.groupBy(batch, (e) => e.tenant_id)
    // Always in the same order, so that two receivers cannot wait for each other.
    for (const [tenantId, events] of [...byTenant].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const mine = await enterTenant(tx, tenantId)
      await awaitTurn(mine, tenantId)
      const bodies = await openDeliveries(mine, events)
      const opened = events.map((e, i) => ({ ...e, body: mustOpen(e.id, bodies[i]) }))
      const understood = await processEvents(this.#ctx, mine, tenantId, opened)
      if (understood.typing.length > 0) tally.typing.push({ tenantId, typing: understood.typing })
      tally.received += understood.received
      tally.partly += understood.partly
    }
  }

  async #alone(event: Taken): Promise<void> {
    const tally = nothing()
    try {
      const taken = await this.#ctx.db.transaction().execute(async (tx) => {
        const { rows } = await sql`select door_take_webhook(${event.id})`.execute(tx)
        if (rows.length > 0) await this.#process(tx, [event], tally)
        return rows.length
      })
      this.#count(taken, tally)
    } catch (err) {
      this.#ctx.counters.add(understandingCounted, { ...CHANNEL, outcome: 'failed' })
      this.#ctx.log.error({ err, event: event.id, attempt: event.attempts + 1 }, 'receiver: delivery failed')
      const message = err instanceof Error ? err.message.slice(0, 500) : 'unknown'
      await this.#ctx.db.transaction().execute(async (tx) => {
        const mine = await enterTenant(tx, event.tenant_id)
        const attempts = event.attempts + 1
        const retry_at = new Date(Date.now() + Math.min(2 ** event.attempts, RETRY_MAX_SECONDS) * 1000)
        await mine.updateTable('webhook_events').set({ attempts, retry_at, error: message }).where('id', '=', event.id).execute()
      })
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true
    clearInterval(this.#sweeper)
    await this.#running
  }
}

const take = async (tx: SystemTx, after: string | null, max: number): Promise<Taken[]> =>
  (await sql<Taken>`select id, tenant_id, channel_id, body, attempts from door_take_webhooks(${after}::uuid, ${max})`.execute(tx)).rows

/**
 * One receiver at a time understands what came for a tenant: what one delivery says of a person decides what the next one means, and
 * two batches lock the same people and conversations in ever another order.
 */
const awaitTurn = (tx: TenantTx, tenantId: string) => sql`select pg_advisory_xact_lock(hashtextextended(${tenantId}, 3))`.execute(tx)

/** A UUIDv7 begins with its milliseconds: when the delivery came in, also on the tenth try. */
const arrivalOf = (id: string) => new Date(Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16))
const originOf = (address: string): string | null => URL.parse(address)?.origin ?? null

async function findNumbers(tx: TenantTx): Promise<Numbers> {
  const rows = await tx
    .selectFrom('channels')
    .select(['id', 'phone_number_id', 'waba_id', 'graph_url', 'display_phone_number', 'released_at'])
    .orderBy('created_at')
    .execute()
  const here = rows.map((c) => ({
    number: c.phone_number_id,
    released: c.released_at !== null,
    id: c.id,
    wabaId: c.waba_id,
    graphOrigin: originOf(c.graph_url),
    phone: c.display_phone_number?.replace(/\D/g, '') ?? null,
  }))
  const live = here.filter((n) => !n.released)
  const byId = new Map(live.map((n) => [n.number, n]))
  return {
    byId: (phoneNumberId) => byId.get(phoneNumberId),
    onlyOf: (wabaId) => {
      const mine = live.filter((n) => n.wabaId === wabaId)
      return mine.length === 1 ? mine[0] : undefined
    },
  }
}

type Done = { typing: Understood['typing']; received: number; partly: number }
/** Everything that these deliveries hold, in the order in which one thing may depend on another: who people are comes first. */
async function processEvents(ctx: Context, tx: TenantTx, tenantId: string, events: readonly Taken[]): Promise<Done> {
  const numbers = await findNumbers(tx)
  const mark = await messageMarks(tx)
  const all = events.map((e) => hideIds(parseWebhook(e.body, numbers, arrivalOf(e.id)), mark))
  const of = <K extends keyof Understood>(key: K) => all.flatMap((u): Understood[K][number][] => u[key])
  await applyIdentities(tx, tenantId, of('identities'))
  await syncContacts(
    tx,
    tenantId,
    of('synced').map((c) => ({ phone: c.phone, bsuid: null, username: null, name: c.name })),
  )
  const received = await receiveMessages(ctx, tx, tenantId, of('messages'), of('echoes'))
  await noteHappenings(tx, tenantId, of('happenings'))
  await nameGroups(tx, tenantId, of('groups'))
  await applyCorrections(tx, tenantId, of('edits'), of('revokes'))
  await applyStatuses(tx, tenantId, of('statuses'), explainError)
  if (of('pricing').length > 0) await recordPricing(tx, tenantId, of('pricing'))
  if (of('preferences').length > 0) await applyPreferences(tx, tenantId, of('preferences'))
  const account = of('account')
  const foreign = account.length > 0 ? await applyAccountChanges(ctx, tx, tenantId, account) : []
  const partly = await finish(tx, events, all, new Set(foreign.map((n) => n.replace(/^field:/, ''))))
  return { typing: of('typing'), received, partly }
}

/** What was not understood of one delivery; `foreign` names account fields (or `field:event`) that nobody knew. */
function notesOf(u: Understood, foreign: ReadonlySet<string>): string | null {
  const strange = u.account.flatMap(({ field }) => [...foreign].filter((n) => n === field || n.startsWith(`${field}:`)).map((n) => `field:${n}`))
  const names = [...new Set([...u.unknown, ...strange])]
  return names.length > 0 ? names.join(', ').slice(0, 500) : null
}

/** Marks the deliveries as done; what had unknown parts says which. Answers how many had. */
async function finish(tx: TenantTx, events: readonly Taken[], all: readonly Understood[], foreign: ReadonlySet<string>): Promise<number> {
  const notes = all.map((u) => notesOf(u, foreign))
  await sql`update webhook_events e set processed_at = now(), understood = x.note is null, error = x.note
    from unnest(${events.map((e) => e.id)}::uuid[], ${notes}::text[]) x(id, note) where e.id = x.id`.execute(tx)
  const seen = [...new Set(events.flatMap((e) => e.channel_id ?? []))]
  if (seen.length > 0) {
    await sql`update channels set last_webhook_at = now() where id = any(${seen}::uuid[]) and (last_webhook_at is null or last_webhook_at < now() - interval '10 seconds')`.execute(
      tx,
    )
  }
  return notes.filter((note) => note !== null).length
}
