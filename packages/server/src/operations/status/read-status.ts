import { hostname } from 'node:os'
import type { ServerStatus } from '@atende/contracts/server-status'
import { createHealth, type HealthParts } from '../../features/health/health.ts'
import { VERSION } from '../../platform/config.ts'
import type { Context } from '../../platform/context.ts'
import { within } from '../../platform/health.ts'
import { readAlertChannels, readAlerts } from '../alerts/read-alerts.ts'
import { backupState } from '../backup/backup-state.ts'
import { operationChecks } from '../metrics/health-checks.ts'
import { type CertificateLook, certificateDays } from '../probe/certificate-days.ts'
import { latestRuns, type RunKind, type ServerRun } from '../server-runs.ts'
import { readDisks } from './disks.ts'
import { failedJobs } from './failed-jobs.ts'
import { listProcesses } from './processes.ts'

const ANSWER_MS = 4_000
const KEEP_MS = 2_000
const CERTIFICATE_MS = 5 * 60_000
const CERTIFICATE_AGAIN_MS = 30_000
const HOUR_MS = 3600_000
const RUNS = 5
const FAILED = 50

const presentRun = <K extends RunKind>({ startedAt, endedAt, details, ...r }: ServerRun<K>) => ({
  ...r,
  startedAt: startedAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
  details: Object.fromEntries(Object.entries(details).map(([k, v]) => [k, typeof v === 'object' && v !== null ? [...v] : (v ?? null)])),
})

async function backups(ctx: Context): Promise<NonNullable<ServerStatus['backups']>> {
  const runs = await latestRuns(ctx.db, ['backup', 'restore', 'restore-test'], 50)
  const own = runs.filter((r) => r.kind !== 'restore-test')
  const good = runs.find((r) => r.kind === 'backup' && r.outcome === 'ok')
  const hours = ctx.config.ALERT_BACKUP_HOURS
  // Who makes backups in another way is told when one is missing.
  const due = good?.endedAt && hours > 0 ? new Date(good.endedAt.getTime() + hours * HOUR_MS) : null
  const { nextAt } = await backupState(ctx.db, ctx.config)
  return {
    runs: own.slice(0, RUNS).map(presentRun),
    lastGood: good ? presentRun(good) : null,
    nextBy: (nextAt ?? due)?.toISOString() ?? null,
    restoreTests: runs
      .filter((r) => r.kind === 'restore-test')
      .slice(0, RUNS)
      .map(presentRun),
  }
}

async function processes(ctx: Context, own: string | undefined) {
  return (await listProcesses(ctx.db)).map(({ id, role, host, port, version, startedAt, beatAt, lost, rssMib, memoryPercent }) => ({
    ...{ id, role, host, port, version, lost, rssMib, memoryPercent },
    ...{ startedAt: startedAt.toISOString(), beatAt: beatAt.toISOString(), thisOne: id === own },
  }))
}

async function disks(ctx: Context) {
  return (await readDisks(ctx.db)).map(({ forecast: { days, mibPerDay, measuredDays }, ...d }) => ({
    ...d,
    ...{ fullInDays: days, mibPerDay: Math.round(mibPerDay), measuredDays },
  }))
}

/** Null only where there is none to see, because people come by http. */
function presentCertificate(look: CertificateLook | undefined): ServerStatus['certificate'] {
  if (!look) return null
  if ('error' in look) return { from: look.from, days: null, notAfter: null, error: look.error }
  return { from: look.from, days: look.days, notAfter: look.notAfter.toISOString(), error: null }
}

/** Looked at now and then, sooner again when it could not be seen: whoever mends that watches this page. */
function certificateLooks(ctx: Context): () => Promise<CertificateLook | undefined> {
  let kept: { until: number; look: CertificateLook | undefined } | undefined
  const late: CertificateLook = { from: ctx.config.CERTIFICATE_FILE === undefined ? 'address' : 'file', error: 'ETIMEDOUT' }
  return async () => {
    if (kept && Date.now() < kept.until) return kept.look
    const look = await within(ANSWER_MS, certificateDays(ctx.config)).catch(() => late)
    kept = { until: Date.now() + (look && 'error' in look ? CERTIFICATE_AGAIN_MS : CERTIFICATE_MS), look }
    return look
  }
}

/** Looks at everything; callers within two seconds share an answer. `ownId` is the beat of this process. */
export function createStatus(ctx: Context, parts: HealthParts, ownId: () => string | undefined): () => Promise<ServerStatus> {
  const health = createHealth(ctx, parts, operationChecks(ctx))
  const lookAtCertificate = certificateLooks(ctx)
  let kept: { at: number; status: Promise<ServerStatus> } | undefined
  /** What cannot be read leaves a gap, and the rest is shown. */
  const guarded = <T>(part: string, work: Promise<T>): Promise<T | null> =>
    within(ANSWER_MS, work).catch((err: unknown) => {
      ctx.log.warn({ err, part }, 'status: a part could not be read')
      return null
    })

  async function look(): Promise<ServerStatus> {
    const [report, all, queues, failed, saved, updates, doctor, certificateNow, full, list, channels] = await Promise.all([
      health(),
      guarded('processes', processes(ctx, ownId())),
      guarded('jobs', ctx.jobs.stats()),
      guarded('failed jobs', failedJobs(ctx.db, FAILED)),
      guarded('backups', backups(ctx)),
      guarded('updates', latestRuns(ctx.db, ['update'], RUNS)),
      guarded('doctor', latestRuns(ctx.db, ['doctor'], RUNS)),
      lookAtCertificate(),
      guarded('disks', disks(ctx)),
      guarded('alerts', readAlerts(ctx.db)),
      guarded('alert channels', readAlertChannels({ config: ctx.config, db: ctx.db, mailMode: ctx.mail.mode })),
    ])
    return {
      ...{ at: new Date().toISOString(), version: VERSION, host: hostname(), health: report, processes: all, backups: saved, disks: full },
      jobs: queues && failed && { queues, failed: failed.map((j) => ({ ...j, at: j.at.toISOString() })) },
      updates: updates?.map(presentRun) ?? null,
      doctor: doctor?.map(presentRun) ?? null,
      certificate: presentCertificate(certificateNow),
      alerts: list && channels && { list, channels },
      runbooks: ctx.config.RUNBOOK_URL ?? null,
    }
  }

  return () => {
    if (!kept || Date.now() - kept.at > KEEP_MS) kept = { at: Date.now(), status: look() }
    return kept.status
  }
}
