import { sql } from 'kysely'
import type { Context } from '../../../platform/context.ts'
import { enterTenant, type SystemTx, type TenantTx } from '../../../platform/database.ts'
import { applyStatuses } from '../../inbox/apply-statuses.ts'
import { receiveMessages } from '../../inbox/receive-messages.ts'
import { explainError } from './error-table.ts'
import { parseWebhook, type Understood } from './parse-webhook.ts'
import { WEBHOOKS_CHANNEL } from './webhook-store.ts'

const BATCH = 400
/** How often the whole waiting list is looked through, for events that a plain cursor passed by. */
const SWEEP_MS = 1000
/** A failing delivery is tried for about half a day, in growing gaps; after that a person may replay it. */
const RETRY_MAX_SECONDS = 3600

type Taken = { id: string; tenant_id: string; channel_id: string | null; body: Buffer; attempts: number }
type Typing = { tenantId: string; typing: Understood['typing'] }

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
    const typing: Typing[] = []
    try {
      await this.#ctx.db.transaction().execute(async (tx) => {
        batch = await take(tx, after, max)
        await this.#process(tx, batch, typing)
      })
      for (const t of typing) this.#onTyping(t)
    } catch (err) {
      if (batch.length === 0) throw err
      this.#ctx.log.warn({ err, events: batch.length }, 'receiver: batch failed, one by one now')
      for (const event of batch) await this.#alone(event)
    }
    this.#last = batch.at(-1)?.id ?? this.#last
    return batch.length
  }

  async #process(tx: SystemTx, batch: readonly Taken[], typing: Typing[]): Promise<void> {
    const byTenant = Map.groupBy(batch, (e) => e.tenant_id)
    // Always in the same order, so that two receivers cannot wait for each other.
    for (const [tenantId, events] of [...byTenant].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const mine = await enterTenant(tx, tenantId)
      const understood = await processEvents(this.#ctx, mine, tenantId, events)
      if (understood.length > 0) typing.push({ tenantId, typing: understood })
    }
  }

  async #alone(event: Taken): Promise<void> {
    try {
      await this.#ctx.db.transaction().execute(async (tx) => {
        const { rows } = await sql`select door_take_webhook(${event.id})`.execute(tx)
        if (rows.length > 0) await this.#process(tx, [event], [])
      })
    } catch (err) {
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

async function processEvents(ctx: Context, tx: TenantTx, tenantId: string, events: readonly Taken[]): Promise<Understood['typing']> {
  const channels = await tx.selectFrom('channels').select(['id', 'phone_number_id']).execute()
  const byNumber = new Map(channels.map((c) => [c.phone_number_id, c.id]))
  const arrived = new Date()
  const all = events.map((e) => parseWebhook(e.body, (n) => byNumber.get(n), arrived))
  await receiveMessages(
    ctx,
    tx,
    tenantId,
    all.flatMap((u) => u.messages),
  )
  await applyStatuses(
    tx,
    tenantId,
    all.flatMap((u) => u.statuses),
    explainError,
  )
  await finish(tx, events, all)
  return all.flatMap((u) => u.typing)
}

/** Marks the deliveries as done; what had unknown parts says which. */
async function finish(tx: TenantTx, events: readonly Taken[], all: readonly Understood[]): Promise<void> {
  const notes = all.map((u) => (u.unknown.length > 0 ? [...new Set(u.unknown)].join(', ').slice(0, 500) : null))
  await sql`update webhook_events e set processed_at = now(), understood = x.note is null, error = x.note
    from unnest(${events.map((e) => e.id)}::uuid[], ${notes}::text[]) x(id, note) where e.id = x.id`.execute(tx)
  const seen = [...new Set(events.flatMap((e) => e.channel_id ?? []))]
  if (seen.length > 0) {
    await sql`update channels set last_webhook_at = now() where id = any(${seen}::uuid[]) and (last_webhook_at is null or last_webhook_at < now() - interval '10 seconds')`.execute(
      tx,
    )
  }
}
