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
const HOUR_MS = 3600_000
const RUNS = 5
const FAILED = 50

const presentRun = <K extends RunKind>({ startedAt, endedAt, details, ...r }: ServerRun<K>) => ({
  ...r,
  startedAt: startedAt.toISOString(),
  endedAt: endedAt?.toISOString() ?? null,
  details: Object.fromEntries(Object.entries(details).map(([k, v]) => [k, v ?? null])),
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

function presentCertificate(look: CertificateLook | undefined): ServerStatus['certificate'] {
  if (!look) return null
  if ('error' in look) return { from: look.from, days: null, notAfter: null, error: look.error }
  return { from: look.from, days: look.days, notAfter: look.notAfter.toISOString(), error: null }
}

/** Looks at everything; callers within two seconds share an answer. `ownId` is the beat of this process. */
export function createStatus(ctx: Context, parts: HealthParts, ownId: () => string | undefined): () => Promise<ServerStatus> {
  const health = createHealth(ctx, parts, operationChecks(ctx))
  let certificate: { at: number; look: Promise<CertificateLook | undefined> } | undefined
  let kept: { at: number; status: Promise<ServerStatus> } | undefined
  /** What cannot be read leaves a gap, and the rest is shown. */
  const guarded = <T>(part: string, work: Promise<T>): Promise<T | null> =>
    within(ANSWER_MS, work).catch((err: unknown) => {
      ctx.log.warn({ err, part }, 'status: a part could not be read')
      return null
    })

  function lookAtCertificate() {
    if (!certificate || Date.now() - certificate.at > CERTIFICATE_MS) certificate = { at: Date.now(), look: certificateDays(ctx.config) }
    return certificate.look
  }

  async function look(): Promise<ServerStatus> {
    const [report, all, queues, failed, saved, updates, cert, full, list, channels] = await Promise.all([
      health(),
      guarded('processes', processes(ctx, ownId())),
      guarded('jobs', ctx.jobs.stats()),
      guarded('failed jobs', failedJobs(ctx.db, FAILED)),
      guarded('backups', backups(ctx)),
      guarded('updates', latestRuns(ctx.db, ['update'], RUNS)),
      guarded('certificate', lookAtCertificate()),
      guarded('disks', disks(ctx)),
      guarded('alerts', readAlerts(ctx.db)),
      guarded('alert channels', readAlertChannels({ config: ctx.config, db: ctx.db, mailMode: ctx.mail.mode })),
    ])
    return {
      ...{ at: new Date().toISOString(), version: VERSION, host: hostname(), health: report, processes: all, backups: saved, disks: full },
      jobs: queues && failed && { queues, failed: failed.map((j) => ({ ...j, at: j.at.toISOString() })) },
      updates: updates?.map(presentRun) ?? null,
      certificate: presentCertificate(cert ?? undefined),
      alerts: list && channels && { list, channels },
    }
  }

  return () => {
    if (!kept || Date.now() - kept.at > KEEP_MS) kept = { at: Date.now(), status: look() }
    return kept.status
  }
}
