import { statfs } from 'node:fs/promises'
import { bad, both, type CheckText, type Finding, family, judge, ok, type Status, skipped, warn } from '../check.ts'
import type { DoctorDatabase, DoctorEnv } from '../doctor-env.ts'

const texts = {
  'database.settings': {
    title: both('settings of PostgreSQL are safe', 'configurações do PostgreSQL seguras'),
    todo: both(
      'set them back: alter system set … ; select pg_reload_conf() (max_connections needs a restart)',
      'volte ao seguro: alter system set … ; select pg_reload_conf() (max_connections exige reinício)',
    ),
    runbook: 'database',
  },
  'database.connections': {
    title: both('connections are enough', 'conexões suficientes'),
    todo: both('raise max_connections or lower DATABASE_POOL', 'aumente max_connections ou diminua DATABASE_POOL'),
    runbook: 'database',
  },
  'database.bloat': {
    title: both('tables are tidy', 'tabelas em ordem'),
    todo: both('atende doctor --fix --only database.bloat', 'atende doctor --fix --only database.bloat'),
    runbook: 'database',
  },
  'database.indexes': {
    title: both('indexes are valid', 'índices válidos'),
    todo: both('atende doctor --fix --only database.indexes', 'atende doctor --fix --only database.indexes'),
    runbook: 'database',
  },
  'database.wraparound': {
    title: both('transaction ids are young', 'identificadores de transação jovens'),
    todo: both(
      'vacuum (freeze) at a quiet hour, and find what holds old transactions',
      'vacuum (freeze) numa hora calma, e descubra o que segura transações antigas',
    ),
    runbook: 'database',
  },
  'database.activity': {
    title: both('nothing waits in the database', 'nada parado no banco'),
    todo: both(
      'see it: select pid, state, xact_start, query from pg_stat_activity; end it: select pg_terminate_backend(pid)',
      'veja: select pid, state, xact_start, query from pg_stat_activity; encerre: select pg_terminate_backend(pid)',
    ),
    runbook: 'database',
  },
  'database.slow': {
    title: both('no query is slow', 'nenhuma consulta lenta'),
    todo: both(
      'tell the developers the query id and its mean time; a VACUUM (ANALYZE) may already help',
      'informe aos desenvolvedores o id da consulta e o tempo médio; um VACUUM (ANALYZE) pode ajudar',
    ),
    runbook: 'database',
  },
  'database.size': { title: both('size of the database', 'tamanho do banco'), todo: both('see disk.space', 'veja disk.space'), runbook: 'disk' },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

const UNSAFE: [name: string, value: string, serious: boolean][] = [
  ['fsync', 'off', true],
  ['full_page_writes', 'off', true],
  ['synchronous_commit', 'off', true],
  ['autovacuum', 'off', true],
  ['track_counts', 'off', true],
  ['data_checksums', 'off', false],
]

async function checkSettings(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const rows = await db.ask<{ name: string; setting: string }>('select name, setting from pg_settings')
  const value = new Map(rows.map((r) => [r.name, r.setting]))
  const unsafe = UNSAFE.filter(([name, wrong]) => value.get(name) === wrong)
  const found: Finding<Id>[] = unsafe.map(([name, wrong, serious]) => (serious ? bad : warn)('database.settings', `${name} = ${wrong}`, `${name} = ${wrong}`))
  if (value.get('server_encoding') !== 'UTF8')
    found.push(bad('database.settings', `server_encoding = ${value.get('server_encoding')}`, `server_encoding = ${value.get('server_encoding')}`))
  const archived = value.get('archive_mode') === 'off' ? [] : await checkArchiver(db)
  const calm = `fsync ${value.get('fsync')}, checksums ${value.get('data_checksums')}, archive ${value.get('archive_mode')}, ${value.get('TimeZone')}`
  return [...found, ...archived, ...(await checkSlots(db)), ok('database.settings', calm, calm)]
}

async function checkArchiver(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [a] = await db.ask<{ stuck: boolean; n: number }>(
    'select coalesce(last_failed_time > coalesce(last_archived_time, to_timestamp(0)), false) stuck, failed_count::int n from pg_stat_archiver',
  )
  return a?.stuck
    ? [
        bad(
          'database.settings',
          `the WAL archive fails (${a.n} times); WAL fills the disk meanwhile`,
          `o arquivo de WAL falha (${a.n} vezes); enquanto isso o WAL enche o disco`,
        ),
      ]
    : []
}

/** A slot that nobody reads keeps WAL until the disk is full. */
const KEPT_MIB = 4096
async function checkSlots(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const slots = await db.ask<{ name: string; mib: number }>(
    `select slot_name::text name, (pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) / 1048576)::int mib from pg_replication_slots
    where restart_lsn is not null and pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn) / 1048576 > ${KEPT_MIB}`,
  )
  return slots.map((s) => warn('database.settings', `slot ${s.name} keeps ${s.mib} MiB of WAL`, `o slot ${s.name} retém ${s.mib} MiB de WAL`))
}

/** Per process: the pool, six for jobs, one for signals. */
const BESIDE_POOL = 7
async function checkConnections(env: DoctorEnv, db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [r] = await db.ask<{ used: number; max: number }>(
    "select (select count(*)::int from pg_stat_activity where backend_type = 'client backend') used, current_setting('max_connections')::int max",
  )
  const { used = 0, max = 0 } = r ?? {}
  const need = 2 * (env.config.DATABASE_POOL + BESIDE_POOL)
  const status: Status = used > max * 0.9 ? 'fail' : used > max * 0.75 || need > max ? 'warn' : 'ok'
  return [
    judge(
      'database.connections',
      status,
      both(`${used} of ${max} used; two processes may take ${need}`, `${used} de ${max} em uso; dois processos podem usar ${need}`),
    ),
  ]
}

type Bloated = { name: string; dead: number; share: number }
async function checkBloat(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const rows = await db.ask<Bloated>(
    `select relid::regclass::text name, n_dead_tup::float8 dead, round(n_dead_tup * 100.0 / (n_live_tup + n_dead_tup))::int share
    from pg_stat_user_tables where n_dead_tup > 10000 and n_dead_tup > 0.3 * n_live_tup and schemaname in ('public', 'pgboss') order by n_dead_tup desc limit 10`,
  )
  if (rows.length === 0) return [ok('database.bloat', 'few dead rows', 'poucas linhas mortas')]
  return rows.map(({ name, dead, share }) => {
    const sql = `vacuum (analyze) ${name}`
    return warn('database.bloat', `${name}: ${dead} dead rows (${share} %)`, `${name}: ${dead} linhas mortas (${share} %)`, {
      fix: { what: both(sql, sql), run: () => db.change(sql) },
    })
  })
}

async function checkIndexes(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const invalid = await db.ask<{ name: string }>(
    `select indexrelid::regclass::text name from pg_index i join pg_class c on c.oid = i.indexrelid
    where (not indisvalid or not indisready) and c.relkind = 'i' and not exists (select from pg_stat_progress_create_index p where p.index_relid = i.indexrelid)`,
  )
  const [unused] = await db.ask<{ n: number; mib: number }>(
    `select count(*)::int n, coalesce(sum(pg_relation_size(s.indexrelid)) / 1048576, 0)::int mib from pg_stat_user_indexes s join pg_index i using (indexrelid)
    where s.idx_scan = 0 and not i.indisunique and pg_relation_size(s.indexrelid) > 104857600`,
  )
  const more = (unused?.n ?? 0) > 0 ? `, ${unused?.n} > 100 MiB unused (${unused?.mib} MiB)` : ''
  return [
    ...invalid.map(({ name }) => {
      const sql = `reindex index concurrently ${name}`
      return bad('database.indexes', `${name} is invalid`, `${name} é inválido`, { fix: { what: both(sql, sql), run: () => db.change(sql) } })
    }),
    ok('database.indexes', `all valid${more}`, `todos válidos${more}`),
  ]
}

async function checkWraparound(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [r] = await db.ask<{ age: number }>('select max(age(datfrozenxid))::float8 age from pg_database')
  const millions = Math.round((r?.age ?? 0) / 1e6)
  const status: Status = millions > 1200 ? 'fail' : millions > 500 ? 'warn' : 'ok'
  return [judge('database.wraparound', status, both(`${millions} of 2100 million`, `${millions} de 2100 milhões`))]
}

const LONG_MINUTES = 10
async function checkActivity(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const long = await db.ask<{ pid: number; minutes: number; state: string | null }>(
    `select pid, (extract(epoch from now() - xact_start) / 60)::int minutes, state from pg_stat_activity
    where xact_start < now() - make_interval(mins => ${LONG_MINUTES}) and backend_type = 'client backend' order by xact_start limit 5`,
  )
  const [locked] = await db.ask<{ n: number; seconds: number }>(
    `select count(*)::int n, coalesce(max(extract(epoch from now() - waitstart)), 0)::int seconds from pg_locks where not granted and waitstart < now() - interval '30 seconds'`,
  )
  return [
    ...long.map((l) =>
      (l.minutes > 60 ? bad : warn)(
        'database.activity',
        `process ${l.pid}: transaction open for ${l.minutes} min (${l.state ?? '?'})`,
        `processo ${l.pid}: transação aberta há ${l.minutes} min (${l.state ?? '?'})`,
      ),
    ),
    ...((locked?.n ?? 0) > 0
      ? [
          warn(
            'database.activity',
            `${locked?.n} wait for a lock, up to ${locked?.seconds} s`,
            `${locked?.n} esperam por um bloqueio, até ${locked?.seconds} s`,
          ),
        ]
      : []),
    ok('database.activity', 'no long transaction, no waiting lock', 'nenhuma transação longa, nenhum bloqueio em espera'),
  ]
}

/** What can be seen without counts: statements that run at this moment. */
const RUNNING_SECONDS = 30
async function checkRunning(db: DoctorDatabase, en: string, pt: string): Promise<Finding<Id>[]> {
  const [long] = await db.ask<{ n: number; seconds: number | null }>(
    `select count(*)::int n, max(extract(epoch from clock_timestamp() - query_start))::int seconds from pg_stat_activity
    where state = 'active' and backend_type = 'client backend' and query_start < clock_timestamp() - make_interval(secs => ${RUNNING_SECONDS})`,
  )
  return long && long.n > 0
    ? [warn('database.slow', `${long.n} run at this moment, for up to ${long.seconds} s`, `${long.n} em execução agora, há até ${long.seconds} s`)]
    : [
        skipped(
          'database.slow',
          `nothing has run for more than ${RUNNING_SECONDS} s at this moment; averages are not known: ${en}`,
          `nada roda há mais de ${RUNNING_SECONDS} s neste momento; médias não são conhecidas: ${pt}`,
        ),
      ]
}

type Counts = { schema: string; loaded: boolean; may: boolean }
async function checkSlow(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [there] = await db.ask<Counts>(
    `select extnamespace::regnamespace::text as schema, coalesce(current_setting('pg_stat_statements.max', true), '') <> '' loaded, pg_has_role('pg_read_all_stats', 'usage') may
    from pg_extension where extname = 'pg_stat_statements'`,
  )
  if (!there) return checkRunning(db, 'create extension pg_stat_statements', 'create extension pg_stat_statements')
  const load = "shared_preload_libraries = 'pg_stat_statements'"
  if (!there.loaded) return checkRunning(db, load, load)
  // Other roles' statements have no id and no text for who may not see them: that there are none would be no answer.
  const grant = 'grant pg_read_all_stats to <DATABASE_OWNER_URL>'
  if (!there.may) return checkRunning(db, grant, grant)
  const rows = await db.ask<{ id: string; mean: number; calls: number }>(
    `select queryid::text id, mean_exec_time::int mean, calls::int calls from ${there.schema}.pg_stat_statements s join pg_database d on d.oid = s.dbid
    where d.datname = current_database() and calls >= 20 and mean_exec_time > 500 and query ilike any(array['select%','insert%','update%','delete%','with%']) order by total_exec_time desc limit 3`,
  )
  return rows.length === 0
    ? [ok('database.slow', 'none above 500 ms', 'nenhuma acima de 500 ms')]
    : rows.map((r) => warn('database.slow', `${r.id}: ${r.mean} ms on average, ${r.calls} times`, `${r.id}: ${r.mean} ms em média, ${r.calls} vezes`))
}

/** The least id that a message of this moment has (UUIDv7 begins with the time): their key is the only index by time. */
const leastId = (at: number): string => {
  const hex = at.toString(16).padStart(12, '0')
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`
}

async function checkSize(home: string, db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [r] = await db.ask<{ mib: number; messages: number; week: number }>(
    `select (pg_database_size(current_database()) / 1048576)::float8 mib, greatest((select reltuples from pg_class where oid = 'messages'::regclass), 0)::float8 messages,
      (select count(*)::float8 from (select 1 from messages where id >= $1::uuid limit 1000000) w) week`,
    [leastId(Date.now() - 7 * 86_400_000)],
  )
  const { mib = 0, messages = 0, week = 0 } = r ?? {}
  const size = `${Math.round(mib)} MiB`
  const growth = messages > 1000 ? (mib / messages) * (week / 7) : 0
  if (growth < 0.1) return [ok('database.size', size, size)]
  const disk = await statfs(home)
  // Media and backups come on top: the true end is earlier.
  const days = Math.floor((disk.bavail * disk.bsize) / 1048576 / growth)
  const status: Status = days < 14 ? 'fail' : days < 60 ? 'warn' : 'ok'
  const rate = growth.toFixed(1)
  return [
    judge(
      'database.size',
      status,
      both(
        `${size}, about ${rate} MiB more a day: the disk lasts ${days} days at most`,
        `${size}, cerca de ${rate} MiB a mais por dia: o disco dura no máximo ${days} dias`,
      ),
    ),
  ]
}

export const databaseCare = family(
  texts,
  async (env) => {
    const db = env.database
    if (!db) return []
    const found = await Promise.all([
      checkSettings(db),
      checkConnections(env, db),
      checkBloat(db),
      checkIndexes(db),
      checkWraparound(db),
      checkActivity(db),
      checkSlow(db),
      checkSize(env.home, db),
    ])
    return found.flat()
  },
  'database',
)
