import pg from 'pg'
import type { Context } from '../../platform/context.ts'
import { within } from '../../platform/health.ts'
import { DATABASE_MS, inTime } from '../in-time.ts'
import { type Alert, type AlertChannel, dueOf, markTold, nextAlerts } from './alert-state.ts'
import { loadAlerts, noteChannel, saveAlerts } from './alerts.store.ts'
import { messageOf, type Queued } from './compose.ts'
import { createConditions } from './conditions.ts'
import { channelsOn, tellChannel } from './tell.ts'
import { whatsappFate, whatsappFault } from './tell-whatsapp.ts'

/** Number of the advisory lock of whoever watches; any constant that nothing else uses (7_204_114 is that of the diary's keys). */
const WATCH_LOCK = 7_204_131
/** In minutes of the alerts: a channel that failed is left alone for so long. */
const CHANNEL_AGAIN = 5

/** Which process watches. `unknown`: the database, which decides it, does not answer. */
class Lead {
  readonly #url: string
  #client: pg.Client | undefined

  constructor(url: string) {
    this.#url = url
  }

  async ask(): Promise<'mine' | 'other' | 'unknown'> {
    try {
      if (this.#client) {
        await within(DATABASE_MS, this.#client.query('select 1'))
        return 'mine'
      }
      const client = new pg.Client({ connectionString: this.#url, application_name: 'atende-alerts', connectionTimeoutMillis: DATABASE_MS })
      client.on('error', () => {})
      this.#client = client
      await client.connect()
      const { rows } = await within(DATABASE_MS, client.query<{ ok: boolean }>('select pg_try_advisory_lock($1) ok', [WATCH_LOCK]))
      if (rows[0]?.ok) return 'mine'
      await this.end()
      return 'other'
    } catch {
      await this.end()
      return 'unknown'
    }
  }

  async end(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    // One that does not answer any more would keep us waiting.
    await within(1000, client?.end() ?? Promise.resolve()).catch(() => {})
  }
}

/**
 * Looks once a minute, in one worker at a time, and tells. What is known stands in the database; while that is away, whoever watched
 * last goes on from memory.
 */
class Watch {
  readonly #ctx: Context
  readonly #look: ReturnType<typeof createConditions>
  readonly #lead: Lead
  readonly #minute: number
  #alerts: Alert[] = []
  /** Ids of what is not yet in the database as it is now. */
  readonly #unsaved = new Set<string>()
  #watched = false
  readonly #failedAt = new Map<AlertChannel, number>()
  /** The last alert that left by WhatsApp, until it is known what became of it. */
  #queued: Queued | undefined

  constructor(ctx: Context) {
    this.#ctx = ctx
    this.#look = createConditions(ctx)
    this.#lead = new Lead(ctx.databaseUrl)
    this.#minute = ctx.config.ALERT_MINUTE_MS
  }

  async round(): Promise<void> {
    const lead = await this.#lead.ask()
    if (lead === 'other' || (lead === 'unknown' && !this.#watched)) return this.#leaveTo(lead)
    this.#watched = true
    const known = await this.#known()
    const { seen, unknown } = await this.#look()
    this.#alerts = nextAlerts(known, seen, unknown, Date.now(), this.#minute)
    for (const a of this.#alerts) if (!known.includes(a)) this.#unsaved.add(a.id)
    const gone = known.filter((k) => !this.#alerts.some((a) => a.id === k.id)).map((k) => k.id)
    // Before they are told: whoever takes over must know of them. And again with what was told.
    await this.#save(gone)
    await this.#tell()
    await this.#save([])
    await this.#follow()
  }

  /** WhatsApp took the last one into its hands; whether it arrived shows later. */
  async #follow(): Promise<void> {
    if (!this.#queued) return
    const fate = await whatsappFate(this.#ctx.db, this.#queued).catch(() => 'under way' as const)
    if (fate === 'under way') return
    this.#queued = undefined
    if (fate === 'arrived') return
    this.#ctx.log.error({ channel: 'whatsapp', error: 'whatsapp_failed' }, 'alerts: a channel does not take alerts')
    await inTime(this.#ctx.db, (tx) => noteChannel(tx, 'whatsapp', 'whatsapp_failed')).catch(() => {})
  }

  /** Another watches: what only this process knows is handed over. */
  async #leaveTo(lead: 'other' | 'unknown'): Promise<void> {
    if (lead === 'unknown') return
    await this.#save([])
    if (this.#unsaved.size > 0) return
    this.#watched = false
    this.#alerts = []
  }

  /** What the database knows, with what it could not be told yet. */
  async #known(): Promise<Alert[]> {
    await this.#save([])
    if (this.#unsaved.size > 0) return this.#alerts
    return inTime(this.#ctx.db, (tx) => loadAlerts(tx)).catch(() => this.#alerts)
  }

  async #save(gone: readonly string[]): Promise<void> {
    const rows = this.#alerts.filter((a) => this.#unsaved.has(a.id))
    try {
      await inTime(this.#ctx.db, (tx) => saveAlerts(tx, rows, gone))
      this.#unsaved.clear()
    } catch (err) {
      this.#ctx.log.debug({ err }, 'alerts: kept in memory')
    }
  }

  async #tell(): Promise<void> {
    const now = Date.now()
    await Promise.all(
      channelsOn(this.#ctx.config).map(async (channel) => {
        const due = dueOf(this.#alerts, channel, now, this.#minute)
        const rests = now - (this.#failedAt.get(channel) ?? 0) < CHANNEL_AGAIN * this.#minute
        if (due.length === 0 || rests) return
        const { told, error, queued } = await tellChannel(this.#ctx, channel, messageOf(due, this.#ctx.config))
        if (error !== null) this.#ctx.log.error({ channel, error, alerts: due.length }, 'alerts: a channel does not take alerts')
        if (!told) return void this.#failedAt.set(channel, now)
        this.#failedAt.delete(channel)
        this.#queued = queued ?? this.#queued
        const ids = new Set(due.map((d) => d.alert.id))
        this.#alerts = this.#alerts.map((a) => (ids.has(a.id) ? markTold(a, channel, now) : a))
        for (const id of ids) this.#unsaved.add(id)
      }),
    )
  }

  end(): Promise<void> {
    return this.#lead.end()
  }
}

/** Before it is needed: WhatsApp wants an approved template. */
async function sayWhatsMissing(ctx: Context): Promise<void> {
  if (!channelsOn(ctx.config).includes('whatsapp')) return
  const error = await whatsappFault(ctx)
  if (error !== null) ctx.log.warn({ error }, 'alerts: nothing can leave by WhatsApp')
}

/** In each worker; one of them watches. */
export function startAlerts(ctx: Context): { stop: () => Promise<void> } {
  const watch = new Watch(ctx)
  void sayWhatsMissing(ctx)
  let stopped = false
  let waiting: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  const plan = () => {
    if (stopped) return
    waiting = setTimeout(() => {
      running = watch
        .round()
        .catch((err: unknown) => ctx.log.error({ err }, 'alerts: a round failed'))
        .finally(plan)
    }, ctx.config.ALERT_MINUTE_MS)
    waiting.unref()
  }
  plan()
  return {
    async stop() {
      stopped = true
      clearTimeout(waiting)
      await running
      await watch.end()
    },
  }
}
