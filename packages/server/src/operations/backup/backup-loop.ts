import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import path from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../../platform/config.ts'
import { openDatabase } from '../../platform/database.ts'
import type { Installation } from '../../platform/installation.ts'
import { latestRuns, type ServerRun } from '../server-runs.ts'
import { readGaps } from './archive-gaps.ts'
import { placeOf } from './database-place.ts'
import { readErasures, replayErasures } from './erasures.ts'
import { repeat } from './repeat.ts'
import { clearTest } from './restore-test.ts'
import { isBackupDue, isTestDue, mayTry } from './schedule.ts'
import { startShipping } from './shipping-loop.ts'
import { isConfigured, openTargets, type Target } from './target.ts'
import { dropSlot } from './wal-slot.ts'

type Loop = { config: Config; installation: Installation; log: Logger }
export type BackupLoop = { stop: () => Promise<void> }

const CLI = path.resolve(import.meta.dirname, '../../cli.ts')

/** In a process of its own that stands back: a backup needs memory and a core, and people wait for this one. */
function runApart(args: readonly string[], log: Logger): { ended: Promise<void>; stop: () => void } {
  const child = spawn(process.execPath, [...process.execArgv.filter((a) => !/^--(inspect|eval|print|test)/.test(a)), CLI, ...args, '--json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (d) => {
    said = (said + d).slice(-2000)
  })
  try {
    if (child.pid) setPriority(child.pid, 10)
  } catch {
    // Where it may not be lowered it runs like any other.
  }
  const ended = new Promise<void>((done) => {
    // Node or the program may be gone with a release that was removed.
    child.once('error', (e: NodeJS.ErrnoException) => {
      log.error({ code: e.code ?? 'failed' }, `backup: "atende ${args.join(' ')}" could not be started`)
      done()
    })
    child.once('close', (code) => {
      if (code !== 0) log.error({ code: /"code":"(\w+)"/.exec(said)?.[1] ?? 'failed' }, `backup: "atende ${args.join(' ')}" failed`)
      done()
    })
  })
  return { ended, stop: () => void child.kill('SIGTERM') }
}

/** However the database came to be restored: who was erased stays erased. Where the login may not, `atende restore finish` does it. */
async function replayKept({ config, installation, log }: Loop, targets: readonly Target[]): Promise<void> {
  const place = placeOf(config, installation)
  if (place.kind !== 'physical' || !place.embedded) return
  for (const target of targets) {
    try {
      const { erasures } = await readErasures(target, installation.keys)
      if (erasures.length === 0) continue
      const { db } = openDatabase(place.url, 1, 'atende-backup')
      await replayErasures(db, erasures).finally(() => db.destroy())
    } catch (err) {
      log.error({ err, place: target.kind }, 'backup: the list of erasures was not read')
    }
  }
}

/** A database that was restored has begun a new history: it is copied at once. */
const restoredSince = (restores: readonly ServerRun[], backups: readonly ServerRun[]): boolean => {
  const ok = backups.find((r) => r.outcome === 'ok')
  return restores.some((r) => r.outcome === 'ok' && ok !== undefined && r.startedAt > ok.startedAt)
}

/**
 * Sends the archive and the lists of erasures every half minute, takes the daily backup and tests restores when they are due. Safe in
 * several processes at once.
 */
export function startBackupLoop(loop: Loop): BackupLoop {
  const { config, installation } = loop
  if (!isConfigured(config) || config.BACKUP_RUN === 'elsewhere') {
    const forgetting = forgetArchive(loop)
    return { stop: () => forgetting }
  }
  return runLoop(loop, openTargets(config, installation.home))
}

/** Some place that answers has a gap, or a database that was restored has begun a new history. */
async function isWanted({ installation }: Loop, targets: readonly Target[], away: ReadonlySet<string>, backups: readonly ServerRun[]): Promise<boolean> {
  const gaps = await readGaps(installation.home)
  const hasGap = targets.some((t) => gaps[t.name] && !away.has(t.kind))
  return hasGap || restoredSince(await latestRuns(installation.db, ['restore']), backups)
}

/** As a service of its own, whatever BACKUP_RUN says. Without a recipient there is nothing to do, and no WAL is kept for it. */
export function serveBackups(loop: Loop): BackupLoop {
  const { config, installation, log } = loop
  if (isConfigured(config)) return runLoop(loop, openTargets(config, installation.home))
  log.warn('backup: BACKUP_RECIPIENT is not set: there are no backups')
  const forgetting = keepNothing(loop)
  return { stop: () => forgetting }
}

function runLoop(loop: Loop, targets: readonly Target[]): BackupLoop {
  const { config, installation, log } = loop
  const { db } = installation
  let stopped = false
  let apart: ReturnType<typeof runApart> | undefined
  const everyMs = config.BACKUP_LOOK_SECONDS * 1000
  const shipping = startShipping({ ...loop, targets }, everyMs)
  const run = async (...args: string[]) => {
    apart = runApart(args, log)
    await apart.ended
    apart = undefined
  }
  const round = async () => {
    const now = new Date()
    const backups = await latestRuns(db, ['backup'], 60)
    const isDue = isBackupDue(config, backups, now, shipping.away())
    if (!stopped && (isDue || (mayTry(backups, now) && (await isWanted(loop, targets, shipping.away(), backups))))) await run('backup')
    const [last] = await latestRuns(db, ['backup'])
    if (!stopped && isTestDue(config.BACKUP_TEST_DAYS, await latestRuns(db, ['restore-test']), last, now)) await run('backup', 'test')
  }
  const clear = () => clearTest(config, installation).catch((err: unknown) => log.debug({ err }, 'backup: another process tests a restore'))
  const halted = Promise.withResolvers<void>()
  const prepared = Promise.all([replayKept(loop, targets), Promise.race([shipping.tried, halted.promise]), clear()])
  const duties = repeat(everyMs, async () => {
    await prepared
    if (!stopped) await round().catch((err: unknown) => log.error({ err }, 'backup: a round failed'))
  })
  return {
    async stop() {
      stopped = true
      halted.resolve()
      apart?.stop()
      await duties.stop()
      await clear()
      await shipping.stop()
    },
  }
}

/** Backups were switched off: the embedded database keeps nothing for them any more. */
async function forgetArchive(loop: Loop): Promise<void> {
  const { config } = loop
  if (config.BACKUP_RUN !== 'elsewhere' && !config.DATABASE_URL) await keepNothing(loop)
}

async function keepNothing({ config, installation, log }: Loop): Promise<void> {
  const place = placeOf(config, installation)
  if (place.kind === 'physical') await dropSlot(place.url).catch((err: unknown) => log.debug({ err }, 'backup: no slot to drop'))
}
