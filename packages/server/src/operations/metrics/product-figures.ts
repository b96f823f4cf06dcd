import { sql } from 'kysely'
import type { Collector } from './collectors.ts'
import { gauge, gauges } from './figure.ts'

const ageOf = (at: Date | null | undefined): number => (at ? Math.max(0, (Date.now() - at.getTime()) / 1000) : 0)

type Backlog = { waiting: string; oldest: Date | null }
/** What waits between its parts. Every process of an installation tells the same. */
export const backlogs: Collector = {
  name: 'backlogs',
  everyMs: 5_000,
  collect: async (ctx) => {
    const [webhooks, sends] = await Promise.all([
      sql<Backlog>`select waiting, oldest from door_webhook_backlog()`.execute(ctx.db),
      sql<Backlog>`select waiting, oldest from door_send_backlog()`.execute(ctx.db),
    ])
    const [received, leaving] = [webhooks.rows[0], sends.rows[0]]
    return [
      gauge('webhook_backlog', 'Deliveries that wait to be understood.', Number(received?.waiting ?? 0)),
      gauge('webhook_backlog_age_seconds', 'Age of the oldest of them.', ageOf(received?.oldest)),
      gauge('send_backlog', 'Conversations whose next message could leave and has not.', Number(leaving?.waiting ?? 0)),
      gauge('send_backlog_age_seconds', 'For how long the oldest of them could have left.', ageOf(leaving?.oldest)),
    ]
  },
}

export const jobFigures: Collector = {
  name: 'jobs',
  everyMs: 5_000,
  collect: async (ctx) => {
    const queues = await ctx.jobs.stats()
    return [
      gauges(
        'jobs',
        'Jobs by queue: waiting, running, or failed within the last day.',
        queues.flatMap((q) => [
          [{ queue: q.name, state: 'queued' }, q.queued],
          [{ queue: q.name, state: 'active' }, q.active],
          [{ queue: q.name, state: 'failed' }, q.failed],
        ]),
      ),
    ]
  },
}

type Row = Record<
  | 'media_pending'
  | 'media_failed'
  | 'webhooks_retrying'
  | 'webhooks_given_up'
  | 'webhooks_not_understood'
  | 'lanes_waiting'
  | 'numbers'
  | 'numbers_connected'
  | 'numbers_held'
  | 'tenants_active'
  | 'tenants_other'
  | 'bans'
  | 'audit_uncopied',
  string
> &
  Record<'media_oldest' | 'audit_open_since' | 'audit_checkpoint_at', Date | null>

export const serverFigures: Collector = {
  name: 'server',
  everyMs: 15_000,
  collect: async (ctx) => {
    const { rows } = await sql<Row>`select * from door_metrics()`.execute(ctx.db)
    const [r] = rows
    if (!r) return []
    const copies = ctx.config.AUDIT_COPY_DIR || ctx.config.AUDIT_COPY_URL
    return [
      gauges('media_waiting', 'Files that have not arrived yet, or whose fetching failed.', [
        [{ state: 'pending' }, Number(r.media_pending)],
        [{ state: 'failed' }, Number(r.media_failed)],
      ]),
      gauge('media_waiting_age_seconds', 'Age of the oldest file that has not arrived.', ageOf(r.media_oldest)),
      gauges('webhook_events', 'Stored deliveries with something to look at.', [
        [{ state: 'retrying' }, Number(r.webhooks_retrying)],
        [{ state: 'given_up' }, Number(r.webhooks_given_up)],
        [{ state: 'not_understood' }, Number(r.webhooks_not_understood)],
      ]),
      gauge('conversations_sending', 'Conversations in which a message waits to leave, also for a pace or a held number.', Number(r.lanes_waiting)),
      gauges('numbers', 'Numbers of the companies: all, connected, and standing still because sending is refused.', [
        [{ state: 'all' }, Number(r.numbers)],
        [{ state: 'connected' }, Number(r.numbers_connected)],
        [{ state: 'held' }, Number(r.numbers_held)],
      ]),
      gauges('tenants', 'Companies: in use, or suspended and cancelled.', [
        [{ state: 'active' }, Number(r.tenants_active)],
        [{ state: 'other' }, Number(r.tenants_other)],
      ]),
      gauge('bans', 'Networks that are banned at this moment.', Number(r.bans)),
      gauge('audit_open_age_seconds', 'Age of the oldest line of the diary that no signed checkpoint covers.', ageOf(r.audit_open_since)),
      gauge('audit_checkpoint_timestamp_seconds', 'When the newest checkpoint was signed.', r.audit_checkpoint_at),
      gauge('audit_uncopied', 'Checkpoints that were not copied elsewhere; absent when no copies are wanted.', copies ? Number(r.audit_uncopied) : null),
    ]
  },
}

/** Of the companies with the most messages, by id only; how many is METRICS_TENANTS. */
export const tenantFigures: Collector = {
  name: 'tenants',
  everyMs: 60_000,
  collect: async (ctx) => {
    if (ctx.config.METRICS_TENANTS === 0) return []
    type Tenant = { tenant_id: string; received: string; sent: string }
    const { rows } = await sql<Tenant>`select * from door_metrics_tenants(${ctx.config.METRICS_TENANTS})`.execute(ctx.db)
    return [
      gauges(
        'tenant_messages',
        'Messages of a company since it exists.',
        rows.flatMap((r) => [
          [{ tenant: r.tenant_id, direction: 'received' }, Number(r.received)],
          [{ tenant: r.tenant_id, direction: 'sent' }, Number(r.sent)],
        ]),
      ),
    ]
  },
}

export const storageFigures: Collector = {
  name: 'stored_files',
  everyMs: 600_000,
  collect: async (ctx) => {
    type Stored = { tenant_id: string; files: string; bytes: string }
    const { rows } = await sql<Stored>`select * from door_metrics_storage()`.execute(ctx.db)
    const sum = (pick: (r: Stored) => string) => rows.reduce((n, r) => n + Number(pick(r)), 0)
    return [
      gauge(
        'storage_bytes',
        'Bytes of all files.',
        sum((r) => r.bytes),
      ),
      gauge(
        'storage_files',
        'How many files.',
        sum((r) => r.files),
      ),
      gauges(
        'tenant_storage_bytes',
        'Bytes of the files of a company.',
        rows.slice(0, ctx.config.METRICS_TENANTS).map((r) => [{ tenant: r.tenant_id }, Number(r.bytes)]),
      ),
    ]
  },
}

/** In the order of their number, so that those with the most are told. */
export const socketFigures: Collector = {
  name: 'sockets',
  everyMs: 0,
  collect: async (ctx, parts) => {
    const most = [...parts.socketsByTenant()].toSorted(([, a], [, b]) => b - a).slice(0, ctx.config.METRICS_TENANTS)
    return [
      gauge('sockets', 'Open sockets of this process.', parts.sockets()),
      gauges(
        'tenant_sockets',
        'Open sockets of a company in this process.',
        most.map(([tenant, n]) => [{ tenant }, n]),
      ),
    ]
  },
}
