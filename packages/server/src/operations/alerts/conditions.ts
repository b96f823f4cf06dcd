import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import { within } from '../../platform/health.ts'
import { certificateDays } from '../probe/certificate-days.ts'
import { readDisks } from '../status/disks.ts'
import { countFailedSince } from '../status/failed-jobs.ts'
import { readBacklogs, readFigures } from '../status/figures.ts'
import { listProcesses } from '../status/processes.ts'
import type { Seen } from './alert-state.ts'
import type { AlertCode } from './alert-texts.ts'
import { lookAtArchive, lookAtBackups } from './backup-conditions.ts'
import { createClock } from './clock-condition.ts'
import { lookAtDoctor } from './doctor-condition.ts'

const ANSWER_MS = 5_000
const WEBHOOKS_SECONDS = 120
const SENDS_SECONDS = 300
const FAILED_JOBS = 5
const DISK_PERCENT = 10
const DISK_MIB = 2048
const FORECAST_DAYS = 7
const CERTIFICATE_DAYS = 14
const MEMORY_PERCENT = 92
const UNSIGNED_MINUTES = 30
const ERRORS_LEAST = 10
const ERRORS_PERCENT = 5
const SKEW_MS = 5_000

/** `unknown`: codes about which it cannot say anything now. */
type Answer = { seen: Seen[]; unknown: readonly AlertCode[] }
/** One question, the codes that it can answer with, and the answer. One that fails says `failed`, or leaves its codes open. */
type Question = { codes: readonly AlertCode[]; ask: () => Promise<Seen[] | Answer>; failed?: AlertCode }

const seen = (code: AlertCode, details: Seen['details'] = {}, key = ''): Seen => ({ code, key, details })
const minutesOf = (seconds: number): number => Math.round(seconds / 60)
const gib = (mib: number): number => Math.round((mib / 1024) * 10) / 10

/** The smallest question: what it costs to answer others says nothing about whether the database is there. */
async function database(ctx: Context): Promise<Seen[]> {
  await sql`select 1`.execute(ctx.db)
  return []
}

async function figures(ctx: Context): Promise<Seen[]> {
  const { skewMs, deadTokens, unsignedSince } = await readFigures(ctx.db)
  const unsigned = unsignedSince ? minutesOf((Date.now() - unsignedSince.getTime()) / 1000) : 0
  return [
    ...(Math.abs(skewMs) > SKEW_MS ? [seen('clock_skew', { seconds: Math.round(skewMs / 1000) })] : []),
    ...(deadTokens > 0 ? [seen('tokens_dead', { count: deadTokens })] : []),
    ...(unsigned > UNSIGNED_MINUTES ? [seen('audit_unsigned', { minutes: unsigned })] : []),
  ]
}

/** Asked by its own use: a worker counts no requests. */
async function redis(ctx: Context): Promise<Seen[]> {
  await ctx.limits.clearKeys([ctx.limits.keyOf({ name: 'alerts' }, 'probe')])
  const { standIn } = ctx.limits.state()
  return standIn && ctx.config.REDIS_URL !== undefined ? [seen('redis_down')] : []
}

async function storage(ctx: Context): Promise<Seen[]> {
  await ctx.storage.check()
  return []
}

async function backlogs(ctx: Context): Promise<Seen[]> {
  const { webhooks, sends } = await readBacklogs(ctx.db)
  const details = (b: typeof sends) => ({ minutes: minutesOf(b.oldestSeconds), waiting: b.waiting })
  return [
    ...(webhooks.oldestSeconds > WEBHOOKS_SECONDS ? [seen('webhook_backlog', details(webhooks))] : []),
    ...(sends.oldestSeconds > SENDS_SECONDS ? [seen('send_backlog', details(sends))] : []),
  ]
}

async function jobs(ctx: Context): Promise<Seen[]> {
  const count = await countFailedSince(ctx.db, 60)
  return count >= FAILED_JOBS ? [seen('jobs_failing', { count })] : []
}

async function disks(ctx: Context): Promise<Seen[]> {
  return (await readDisks(ctx.db)).flatMap(({ host, mount, freeMib, freePercent, forecast: { days } }) => {
    const place = { host, mount }
    const low = freePercent < DISK_PERCENT || freeMib < DISK_MIB
    if (low) return [seen('disk_low', { ...place, free: gib(freeMib), percent: freePercent }, `${host}:${mount}`)]
    return days !== null && days < FORECAST_DAYS ? [seen('disk_forecast', { ...place, days }, `${host}:${mount}`)] : []
  })
}

async function processes(ctx: Context): Promise<Seen[]> {
  const all = await listProcesses(ctx.db)
  const living = all.filter((p) => !p.lost)
  const errors = living.reduce((n, p) => n + p.errors, 0)
  const percent = Math.round(
    (errors /
      Math.max(
        1,
        living.reduce((n, p) => n + p.answers, 0),
      )) *
      100,
  )
  return [
    ...all.filter((p) => p.lost).map(({ id, role, host, port }) => seen('process_lost', { role, host, port: String(port) }, id)),
    ...living.filter((p) => p.memoryPercent > MEMORY_PERCENT).map((p) => seen('memory_high', { host: p.host, percent: p.memoryPercent }, p.host)),
    ...(errors >= ERRORS_LEAST && percent >= ERRORS_PERCENT ? [seen('errors_many', { errors, percent })] : []),
  ]
}

/** What cannot be looked at is told as such: an address that does not answer here answers nobody. What was told before stays meanwhile. */
async function certificate(ctx: Context): Promise<Answer> {
  const look = await certificateDays(ctx.config)
  if (!look) return { seen: [], unknown: [] }
  if ('error' in look) {
    const code = look.from === 'address' ? 'public_unreached' : 'certificate_unseen'
    return { seen: [seen(code, { error: look.error })], unknown: ['certificate_expiring', 'certificate_over'] }
  }
  if (look.days < 0) return { seen: [seen('certificate_over', { days: -look.days })], unknown: [] }
  return { seen: look.days < CERTIFICATE_DAYS ? [seen('certificate_expiring', { days: look.days })] : [], unknown: [] }
}

const once = (list: readonly Seen[]): Seen[] => [...new Map(list.map((s) => [`${s.code}\0${s.key}`, s])).values()]

/** What hangs is not asked again for so long: each time would take one more connection from those who work. */
const HUNG_MS = 10 * 60_000

function askOnce(ask: Question['ask']): Question['ask'] {
  let asked: { at: number; answer: ReturnType<Question['ask']> } | undefined
  return () => {
    if (asked && Date.now() - asked.at < HUNG_MS) return asked.answer
    const mine = { at: Date.now(), answer: ask() }
    asked = mine
    const settled = () => {
      if (asked === mine) asked = undefined
    }
    mine.answer.then(settled, settled)
    return mine.answer
  }
}

/** Looks at everything once. What could not be asked is `unknown`: whether it is well or not, nobody can say. */
export function createConditions(ctx: Context): () => Promise<{ seen: Seen[]; unknown: AlertCode[] }> {
  const all: Question[] = [
    { codes: [], ask: () => database(ctx), failed: 'database_down' },
    { codes: ['clock_skew', 'tokens_dead', 'audit_unsigned'], ask: () => figures(ctx) },
    { codes: ['clock_skew'], ask: createClock(ctx) },
    { codes: [], ask: () => storage(ctx), failed: 'storage_down' },
    { codes: ['redis_down'], ask: () => redis(ctx) },
    { codes: ['webhook_backlog', 'send_backlog'], ask: () => backlogs(ctx) },
    { codes: ['jobs_failing'], ask: () => jobs(ctx) },
    { codes: ['backup_failed', 'backup_old', 'restore_test_failed', 'restore_test_old'], ask: () => lookAtBackups(ctx) },
    { codes: ['archive_old', 'archive_gap'], ask: () => lookAtArchive(ctx) },
    { codes: ['doctor_failed'], ask: () => lookAtDoctor(ctx) },
    { codes: ['disk_low', 'disk_forecast'], ask: () => disks(ctx) },
    { codes: ['process_lost', 'memory_high', 'errors_many'], ask: () => processes(ctx) },
    { codes: ['certificate_expiring', 'certificate_over', 'public_unreached', 'certificate_unseen'], ask: () => certificate(ctx) },
  ]
  const questions = all.map((q) => ({ ...q, ask: askOnce(q.ask) }))
  return async () => {
    const answers = await Promise.all(
      questions.map(({ codes, ask, failed }) =>
        within(ANSWER_MS, ask()).then(
          (answer): Answer => (Array.isArray(answer) ? { seen: answer, unknown: [] } : answer),
          (err: unknown): Answer => {
            ctx.log.debug({ err, codes }, 'alerts: a question had no answer')
            return { seen: failed ? [seen(failed)] : [], unknown: codes }
          },
        ),
      ),
    )
    return { seen: once(answers.flatMap((a) => a.seen)), unknown: answers.flatMap((a) => a.unknown) }
  }
}
