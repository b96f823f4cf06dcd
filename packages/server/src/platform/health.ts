import { statfs } from 'node:fs/promises'
import { cpus, loadavg, totalmem } from 'node:os'
import { sql } from 'kysely'
import type { Context } from './context.ts'
import { poolState } from './database.ts'
import { findHome } from './home.ts'
import { schemaState } from './migrate.ts'

/** `off`: this installation does not use it. */
export type Check = { status: 'up' | 'degraded' | 'down' | 'off'; [detail: string]: unknown }

const SLOW_MS = 500
const GIB = 1024 ** 3
const round = (n: number, digits = 1) => Number(n.toFixed(digits))
const mib = (bytes: number) => Math.round(bytes / 1024 ** 2)

/** Fails when it takes longer than `ms`: a check must answer even when what it asks does not. */
export async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, fail) => {
    timer = setTimeout(() => fail(new Error('no answer in time')), ms)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}

/** Latency, and the connections of this application's processes. */
export async function checkDatabase(ctx: Context): Promise<Check> {
  const began = performance.now()
  type Row = { open: number; busy: number }
  const { rows } = await sql<Row>`select count(*)::int open, count(*) filter (where state <> 'idle')::int busy
    from pg_stat_activity where usename = current_user and datname = current_database()`.execute(ctx.db)
  const latencyMs = round(performance.now() - began)
  return { status: latencyMs > SLOW_MS ? 'degraded' : 'up', latencyMs, pool: { max: ctx.config.DATABASE_POOL, waiting: poolState(ctx.db).waiting, ...rows[0] } }
}

/** The schema of this version is there; that of a newer one is as well. */
export async function isMigrated(ctx: Context): Promise<boolean> {
  const { rows } = await sql<{ ok: boolean }>`select to_regclass('pgboss.queue') is not null ok`.execute(ctx.db)
  return (rows[0]?.ok ?? false) && (await schemaState(ctx.db)).missing.length === 0
}

export function checkMemory(): Check {
  const { rss, heapUsed, heapTotal } = process.memoryUsage()
  return { status: 'up', rssMiB: mib(rss), heapUsedMiB: mib(heapUsed), heapTotalMiB: mib(heapTotal), machineMiB: mib(totalmem()) }
}

export function checkCpu(): Check {
  // Of the machine, whose load it is; this process may be limited to fewer.
  const cores = cpus().length
  const [one = 0, five = 0] = loadavg()
  return { status: five > cores * 2 ? 'degraded' : 'up', cores, load1: round(one, 2), load5: round(five, 2) }
}

export async function checkDisk(ctx: Context): Promise<Check> {
  const { bavail, blocks, bsize } = await statfs(findHome(ctx.config.DATA_DIR))
  const free = bavail * bsize
  const percent = round((bavail / blocks) * 100)
  return { status: free < GIB || percent < 3 ? 'degraded' : 'up', freeGiB: round(free / GIB), freePercent: percent }
}

export async function checkJobs(ctx: Context): Promise<Check> {
  const queues = await ctx.jobs.stats()
  const sum = (pick: (q: (typeof queues)[number]) => number) => queues.reduce((n, q) => n + pick(q), 0)
  return { status: 'up', queued: sum((q) => q.queued), active: sum((q) => q.active), failed: sum((q) => q.failed) }
}
