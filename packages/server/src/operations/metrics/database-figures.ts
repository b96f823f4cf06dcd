import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import { poolState } from '../../platform/database.ts'
import { within } from '../../platform/health.ts'
import type { Collector } from './collectors.ts'
import { type Figure, gauge, gauges, rising } from './figure.ts'

const ANSWER_MS = 1_500
/** A question that hangs is not asked again at once: each would wait for a connection of its own. */
const HUNG_MS = 60_000
const asked = new WeakMap<Context, { at: number; answer: Promise<boolean> }>()

function ask(ctx: Context): Promise<boolean> {
  const before = asked.get(ctx)
  if (before && Date.now() - before.at < HUNG_MS) return before.answer
  const answer = sql`select 1`
    .execute(ctx.db)
    .then(
      () => true,
      () => false,
    )
    .finally(() => asked.delete(ctx))
  asked.set(ctx, { at: Date.now(), answer })
  return answer
}

/** The smallest question tells whether the database answers, and how fast. A dead one is a figure, not a failure. */
export const databaseState: Collector = {
  name: 'database_state',
  everyMs: 1_000,
  collect: async (ctx) => {
    const began = performance.now()
    const up = await within(ANSWER_MS, ask(ctx)).catch(() => false)
    return [
      gauge('database_up', 'Whether PostgreSQL answers this process.', up),
      gauge(
        'database_latency_seconds',
        'How long the smallest question to PostgreSQL took, waiting for a connection included.',
        up ? (performance.now() - began) / 1000 : null,
      ),
    ]
  },
}

/** The pool is in memory: it is told also while the database is away. */
export const poolFigures: Collector = {
  name: 'database_pool',
  everyMs: 0,
  collect: async (ctx) => {
    const { max, open, idle, waiting } = poolState(ctx.db)
    return [
      gauge('database_pool_max', 'Connections that this process may open.', max),
      gauges('database_pool_connections', 'Connections of this process.', [
        [{ state: 'idle' }, idle],
        [{ state: 'busy' }, open - idle],
      ]),
      gauge('database_pool_waiting', 'Who waits in this process for a free connection.', waiting),
    ]
  },
}

type Row = {
  size: string
  max_connections: number
  connections: number
  commits: string
  rollbacks: string
  deadlocks: string
  temp_bytes: string
  hit: string
  read: string
  lock_waits: number
  longest: number | null
  archived: string
  archive_failed: string
  archived_at: Date | null
  replicas: number
  replay_lag: number | null
}

const readDatabase = async (ctx: Context): Promise<Row | undefined> =>
  (
    await sql<Row>`select pg_database_size(current_database()) size, current_setting('max_connections')::int max_connections,
      (select count(*)::int from pg_stat_activity where datid is not null) connections,
      d.xact_commit commits, d.xact_rollback rollbacks, d.deadlocks, d.temp_bytes, d.blks_hit hit, d.blks_read "read",
      (select count(*)::int from pg_locks where not granted) lock_waits,
      (select extract(epoch from max(now() - xact_start))::float from pg_stat_activity where datname = current_database() and usename = current_user) longest,
      a.archived_count archived, a.failed_count archive_failed, a.last_archived_time archived_at,
      (select count(*)::int from pg_stat_replication) replicas,
      coalesce((select extract(epoch from max(replay_lag))::float from pg_stat_replication),
        case when pg_is_in_recovery() then extract(epoch from now() - pg_last_xact_replay_timestamp())::float end) replay_lag
    from pg_stat_database d, pg_stat_archiver a where d.datname = current_database()`.execute(ctx.db)
  ).rows[0]

function figuresOf(r: Row): Figure[] {
  return [
    gauge('database_size_bytes', 'Size of the database.', Number(r.size)),
    gauge('database_connections', 'Connections to the whole PostgreSQL server.', r.connections),
    gauge('database_connections_max', 'Connections that PostgreSQL allows.', r.max_connections),
    rising('database_transactions', 'Transactions of this database, by their end.', [
      [{ end: 'commit' }, Number(r.commits)],
      [{ end: 'rollback' }, Number(r.rollbacks)],
    ]),
    rising('database_deadlocks', 'Transactions that were ended because they waited for each other.', [[{}, Number(r.deadlocks)]]),
    rising('database_temp_bytes', 'Written to temporary files because memory did not suffice.', [[{}, Number(r.temp_bytes)]]),
    rising('database_blocks', 'Blocks that were in memory (hit) or had to be read.', [
      [{ from: 'memory' }, Number(r.hit)],
      [{ from: 'disk' }, Number(r.read)],
    ]),
    gauge('database_lock_waits', 'Locks that somebody waits for.', r.lock_waits),
    gauge('database_longest_transaction_seconds', 'Age of the oldest open transaction of the application.', r.longest ?? 0),
    rising('database_wal_archived', 'WAL files that were archived, or could not be.', [
      [{ outcome: 'ok' }, Number(r.archived)],
      [{ outcome: 'failed' }, Number(r.archive_failed)],
    ]),
    gauge('database_wal_archived_timestamp_seconds', 'When a WAL file was last archived.', r.archived_at),
    gauge('database_replicas', 'Servers that copy this database.', r.replicas),
    gauge('database_replication_lag_seconds', 'How far the slowest copy is behind.', r.replay_lag),
  ]
}

export const databaseFigures: Collector = {
  name: 'database',
  everyMs: 15_000,
  collect: async (ctx) => {
    const row = await readDatabase(ctx)
    return row ? figuresOf(row) : []
  },
}

const TABLES = 12
/** The largest tables by name: their number is bounded here, their names are the schema's. */
export const tableFigures: Collector = {
  name: 'tables',
  everyMs: 300_000,
  collect: async (ctx) => {
    type Table = { name: string; bytes: string; dead: string; live: string }
    const { rows } = await sql<Table>`select s.relname name, pg_total_relation_size(s.relid) bytes, s.n_dead_tup dead, s.n_live_tup live
      from pg_stat_all_tables s where s.schemaname in ('public', 'pgboss') order by 2 desc limit ${TABLES}`.execute(ctx.db)
    return [
      gauges(
        'database_table_bytes',
        'Size of the largest tables with their indexes.',
        rows.map((r) => [{ table: r.name }, Number(r.bytes)]),
      ),
      gauges(
        'database_table_rows',
        'Rows of the largest tables, estimated; dead ones wait for vacuum.',
        rows.flatMap((r) => [
          [{ table: r.name, state: 'live' }, Number(r.live)],
          [{ table: r.name, state: 'dead' }, Number(r.dead)],
        ]),
      ),
    ]
  },
}
