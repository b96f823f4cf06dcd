import type { Health } from '@atende/contracts/health'
import { sql } from 'kysely'
import type { z } from 'zod'
import { VERSION } from '../../platform/config.ts'
import type { Context } from '../../platform/context.ts'
import { hmacSha256 } from '../../platform/crypto.ts'
import { type Check, checkCpu, checkDatabase, checkDisk, checkJobs, checkMemory, isMigrated, within } from '../../platform/health.ts'

/**
 * Which process has answered, said to nobody but who can read its id in the same database: another server, also one with a copy of
 * the data, cannot answer so.
 */
export const proofOf = (processId: string, nonce: string): string => hmacSha256(processId, `atende/alive/${nonce}`).toString('hex')

/** What only the running process knows; a live object. `processId`: under which it says in the database that it lives. */
export type HealthParts = { stopping: boolean; sockets: () => number; processId?: string }
/** Checks of those who look into every room. */
export type MoreChecks = () => Record<string, Promise<Check>>
type Report = z.infer<typeof Health>

const ANSWER_MS = 2_000
const KEEP_MS = 1_000
/** Deliveries that wait longer than this mean that the receiver does not keep up. */
const BACKLOG_SECONDS = 60

async function checkReceiver(ctx: Context): Promise<Check> {
  const { rows } = await sql<{ waiting: string; oldest: Date | null }>`select waiting, oldest from door_webhook_backlog()`.execute(ctx.db)
  const oldestSeconds = rows[0]?.oldest ? Math.max(0, Math.round((Date.now() - rows[0].oldest.getTime()) / 1000)) : 0
  return { status: oldestSeconds > BACKLOG_SECONDS ? 'degraded' : 'up', waiting: Number(rows[0]?.waiting ?? 0), oldestSeconds }
}

/** Where media lies: on disk or in a bucket. */
async function checkStorage(ctx: Context): Promise<Check> {
  await ctx.storage.check()
  return { status: 'up', kind: ctx.storage.kind }
}

/** Messages that could leave and do not: no worker runs, or it does not keep up. What a pace or a held number puts off is not counted. */
async function checkSender(ctx: Context): Promise<Check> {
  const { rows } = await sql<{ waiting: string; oldest: Date | null }>`select waiting, oldest from door_send_backlog()`.execute(ctx.db)
  const oldestSeconds = rows[0]?.oldest ? Math.max(0, Math.round((Date.now() - rows[0].oldest.getTime()) / 1000)) : 0
  return { status: oldestSeconds > BACKLOG_SECONDS ? 'degraded' : 'up', waiting: Number(rows[0]?.waiting ?? 0), oldestSeconds }
}

/** Which store counts the limits; one that stands in for another still limits. */
function checkLimiter(ctx: Context): Check {
  const { store, standIn } = ctx.limits.state()
  return { status: standIn ? 'degraded' : 'up', store }
}

/** A check that fails or hangs says `down`; the reason stays in the log, this page is public. */
const guarded = (ctx: Context, name: string, work: Promise<Check>): Promise<Check> =>
  within(ANSWER_MS, work).catch((err): Check => {
    ctx.log.warn({ err, check: name }, 'health: check failed')
    return { status: 'down' }
  })

async function look(ctx: Context, parts: HealthParts, more: MoreChecks): Promise<Report> {
  const asked = {
    database: checkDatabase(ctx),
    jobs: checkJobs(ctx),
    receiver: checkReceiver(ctx),
    sender: checkSender(ctx),
    disk: checkDisk(ctx),
    storage: checkStorage(ctx),
    ...more(),
  }
  const answers = await Promise.all(Object.entries(asked).map(async ([name, work]) => [name, await guarded(ctx, name, work)] as const))
  const checks: Record<string, Check> = {
    ...Object.fromEntries(answers),
    sockets: { status: 'up', connected: parts.sockets() },
    memory: checkMemory(),
    cpu: checkCpu(),
    cache: { status: 'off' },
    limiter: checkLimiter(ctx),
  }
  const states = Object.values(checks).map((c) => c.status)
  const status = checks.database?.status === 'down' ? 'unhealthy' : states.some((s) => s === 'down' || s === 'degraded') ? 'degraded' : 'healthy'
  const uptime = Math.round((Date.now() - ctx.startedAt) / 1000)
  return { status, timestamp: new Date().toISOString(), uptime, version: VERSION, checks }
}

/** The whole report; several callers within a second share one, so that asking often costs nothing. */
export function createHealth(ctx: Context, parts: HealthParts, more: MoreChecks): () => Promise<Report> {
  let kept: { at: number; report: Promise<Report> } | undefined
  return () => {
    if (!kept || Date.now() - kept.at > KEEP_MS) kept = { at: Date.now(), report: look(ctx, parts, more) }
    return kept.report
  }
}

/** May this process get traffic? */
export async function checkReadiness(ctx: Context, parts: HealthParts): Promise<{ ready: boolean; checks: Record<string, boolean> }> {
  const migrated = await within(ANSWER_MS, isMigrated(ctx)).catch(() => undefined)
  const checks = { database: migrated !== undefined, migrations: migrated === true, running: !parts.stopping }
  return { ready: Object.values(checks).every(Boolean), checks }
}
