import { spawn } from 'node:child_process'
import { setPriority } from 'node:os'
import path from 'node:path'
import type { Logger } from 'pino'
import type { Config } from '../../platform/config.ts'
import { openDatabase } from '../../platform/database.ts'
import type { Installation } from '../../platform/installation.ts'
import { latestRuns, type ServerRun } from '../server-runs.ts'
import { codeOf } from './backup-error.ts'
import { placeOf } from './database-place.ts'
import { readErasures, replayErasures } from './erasures.ts'
import { isBackupDue, isTestDue, mayTry } from './schedule.ts'
import { dropSlot } from './ship-wal.ts'
import { shipAll } from './take-backup.ts'
import { isConfigured, openTargets, type Target } from './target.ts'
import { testRecipients } from './test-key.ts'

type Loop = { config: Config; installation: Installation; log: Logger }
export type BackupLoop = { stop: () => Promise<void> }

const EVERY_MS = 30_000
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
async function replayKept({ config, installation }: Loop, targets: readonly Target[]): Promise<void> {
  const place = placeOf(config, installation)
  const [target] = targets
  if (place.kind !== 'physical' || !place.embedded || !target) return
  const { erasures } = await readErasures(target, installation.keys)
  if (erasures.length === 0) return
  const { db } = openDatabase(place.url, 1, 'atende-backup')
  await replayErasures(db, erasures).finally(() => db.destroy())
}

/** A database that was restored has begun a new history: it is copied at once. */
const restoredSince = (restores: readonly ServerRun[], backups: readonly ServerRun[]): boolean => {
  const ok = backups.find((r) => r.outcome === 'ok')
  return restores.some((r) => r.outcome === 'ok' && ok !== undefined && r.startedAt > ok.startedAt)
}

/**
 * Sends the archive and the list of erasures every half minute, takes the daily backup and tests restores when they are due. Safe in
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

/** Runs it, whatever BACKUP_RUN says. */
export function runLoop(loop: Loop, targets: readonly Target[]): BackupLoop {
  const { config, installation, log } = loop
  const { db, home } = installation
  let stopped = false
  let apart: ReturnType<typeof runApart> | undefined
  let silent: string | undefined
  // The archive has a gap: only a new copy makes it whole.
  let gap = false
  const ship = async (endSegment = false) => {
    try {
      gap = (await shipAll(config, installation, targets, [...config.BACKUP_RECIPIENT, ...(await testRecipients(home))], Date.now(), endSegment)) || gap
      silent = undefined
    } catch (err) {
      // Told once, not twice a minute.
      if (silent !== codeOf(err)) log.error({ err }, 'backup: the archive cannot be sent')
      silent = codeOf(err)
    }
  }
  const run = async (...args: string[]) => {
    apart = runApart(args, log)
    await apart.ended
    apart = undefined
  }
  const round = async () => {
    if (stopped) return
    const now = new Date()
    const backups = await latestRuns(db, ['backup'], 60)
    await ship()
    const isWanted = gap || restoredSince(await latestRuns(db, ['restore']), backups)
    if (!stopped && (isBackupDue(config, backups, now) || (isWanted && mayTry(backups, now)))) {
      gap = false
      await run('backup')
    }
    const [last] = await latestRuns(db, ['backup'])
    if (!stopped && isTestDue(config.BACKUP_TEST_DAYS, await latestRuns(db, ['restore-test']), last, now)) await run('backup', 'test')
  }
  let running: Promise<void> = replayKept(loop, targets).catch((err: unknown) => log.error({ err }, 'backup: the list of erasures was not read'))
  let waiting = false
  const tick = () => {
    if (waiting) return
    waiting = true
    running = running
      .then(round)
      .catch((err: unknown) => log.error({ err }, 'backup: a round failed'))
      .finally(() => {
        waiting = false
      })
  }
  const timer = setInterval(tick, EVERY_MS)
  timer.unref()
  tick()
  return {
    async stop() {
      stopped = true
      clearInterval(timer)
      apart?.stop()
      await running
      // Whoever stops the server may be about to restore it: nothing that was written is left behind.
      await ship(true)
    },
  }
}

/** Backups were switched off: the embedded database keeps nothing for them any more. */
async function forgetArchive({ config, installation, log }: Loop): Promise<void> {
  if (config.BACKUP_RUN === 'elsewhere' || config.DATABASE_URL) return
  const place = placeOf(config, installation)
  if (place.kind === 'physical') await dropSlot(place.url).catch((err: unknown) => log.debug({ err }, 'backup: no slot to drop'))
}
