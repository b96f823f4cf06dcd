import { sql } from 'kysely'
import type { Database, SystemTx, TenantTx } from './database.ts'
import { uuidv7 } from './ids.ts'
import type { Logger } from './log.ts'
import type { Signals } from './signals.ts'

export const EVENTS_CHANNEL = 'atende_events'
const TAIL_PAGE = 1000

/** Kinds and their payloads: ids only, never content. What happens to each stands in listeners.ts. */
export type EventPayloads = {
  'message.new': { messageId: string; conversationId: string }
  'message.status': { messageId: string; conversationId: string }
  'message.updated': { messageId: string; conversationId: string }
  'conversation.updated': { conversationId: string }
  'conversation.assigned': { conversationId: string; by: string | null /** Whose it was before. */; from: string | null }
  'list.changed': { list: 'tags' | 'users' | 'channels' | 'contacts' | 'tenant' | 'templates' | 'notices' | 'usage' | 'roles' | 'apiKeys' }
  'session.ended': { sessionId: string; reason: string }
  'access.changed': { userId: string }
}
export type EventKind = keyof EventPayloads
export type NewEvent = { [K in EventKind]: { kind: K; payload: EventPayloads[K] } }[EventKind]
export type StoredEvent = NewEvent & { id: string; tenantId: string; xid: string }

/** Saves events in the transaction of their fact; they are told after the commit, in every web process. */
export async function publish(tx: TenantTx, tenantId: string, events: readonly NewEvent[]): Promise<void> {
  if (events.length === 0) return
  const ids = events.map(() => uuidv7())
  const kinds = events.map((e) => e.kind)
  const payloads = events.map((e) => JSON.stringify(e.payload))
  await sql`with saved as (
      insert into outgoing_events (id, tenant_id, kind, payload)
      select a, ${tenantId}::uuid, b, c::jsonb from unnest(${ids}::uuid[], ${kinds}::text[], ${payloads}::text[]) x(a, b, c))
    select pg_notify(${EVENTS_CHANNEL}, '')`.execute(tx)
}

/** Oldest transaction still running: every event of an older one is already visible. This is what a cursor holds. */
export async function currentHorizon(db: Database | SystemTx): Promise<string> {
  const { rows } = await sql<{ h: string }>`select pg_snapshot_xmin(pg_current_snapshot())::text h`.execute(db)
  return rows[0]?.h ?? '0'
}

/** What screens hold: the horizon with the moment it was given. */
export const socketCursor = (horizon: string): string => `${horizon}.${Math.floor(Date.now() / 1000)}`

/** Events of one tenant since a cursor, oldest first; undefined when there are more than `max` or the cursor is too old. */
export async function eventsSince(tx: TenantTx, cursor: string, max: number): Promise<StoredEvent[] | undefined> {
  const { rows } = await sql<StoredEvent & { tenant_id: string }>`
    select id, tenant_id, kind, payload, xid::text xid from outgoing_events where xid >= ${cursor}::xid8 order by xid, id limit ${max + 1}`.execute(tx)
  return rows.length > max ? undefined : rows.map((r) => ({ ...r, tenantId: r.tenant_id }))
}

/** `cursor`: from here a reader that missed any of these events would find them all again. */
export type TailHandler = (events: StoredEvent[], cursor: string) => Promise<void>

/**
 * Reads every committed event once, in this process, soon after its commit. A plain "id greater than the last" would lose events
 * of transactions that commit in another order than they began; so the mark is the oldest running transaction, and what lies
 * between is remembered by id.
 */
export class EventTail {
  readonly #db: Database
  readonly #log: Logger
  readonly #handle: TailHandler
  #mark = '0'
  #seen = new Set<string>()
  #running: Promise<void> | undefined
  #again = false
  #timer: NodeJS.Timeout | undefined

  constructor(db: Database, signals: Signals, log: Logger, handle: TailHandler) {
    this.#db = db
    this.#log = log
    this.#handle = handle
    signals.on(EVENTS_CHANNEL, () => this.wake())
    signals.onReconnect(() => this.wake())
  }

  async start(): Promise<void> {
    this.#mark = await currentHorizon(this.#db)
    // A lost signal delays an event by a second at most.
    this.#timer = setInterval(() => this.wake(), 1000)
  }

  wake(): void {
    if (!this.#timer) return
    if (this.#running) {
      this.#again = true
      return
    }
    this.#running = this.#drain()
      .catch((err) => this.#log.error({ err }, 'event tail: reading failed, trying again'))
      .finally(() => {
        this.#running = undefined
        if (this.#again) {
          this.#again = false
          this.wake()
        }
      })
  }

  async #drain(): Promise<void> {
    const horizon = await currentHorizon(this.#db)
    const seen = new Set<string>()
    let from: { xid: string; id: string | null } = { xid: this.#mark, id: null }
    for (let full = true; full; ) {
      const { rows } = await sql<StoredEvent & { tenant_id: string }>`
        select id, tenant_id, kind, payload, xid::text xid from door_tail_events(${from.xid}::xid8, ${from.id}::uuid, ${TAIL_PAGE})`.execute(this.#db)
      const fresh = rows.filter((r) => !this.#seen.has(r.id)).map((r) => ({ ...r, tenantId: r.tenant_id }))
      for (const r of rows) seen.add(r.id)
      // The old mark, not the new horizon: whoever loses the connection within this round reads the whole round again.
      if (fresh.length > 0) await this.#handle(fresh, this.#mark)
      const last = rows.at(-1)
      full = rows.length === TAIL_PAGE
      if (last) from = { xid: last.xid, id: last.id }
    }
    this.#mark = horizon
    this.#seen = seen
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    await this.#running
  }
}
