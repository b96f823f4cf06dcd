import type { Logger } from 'pino'
import type { Config } from '../../platform/config.ts'
import { within } from '../../platform/health.ts'
import type { Installation } from '../../platform/installation.ts'
import { beginRun, type Run } from '../server-runs.ts'
import { readGaps } from './archive-gaps.ts'
import { placeNote } from './archive-state.ts'
import { codeOf } from './backup-error.ts'
import { repeat } from './repeat.ts'
import { createShipper, type Pass } from './shipper.ts'
import type { Target } from './target.ts'

type Shipping = { config: Config; installation: Installation; log: Logger; targets: readonly Target[] }
export type ShippingLoop = {
  /** Kinds of the places that did not answer the last time. */
  away: () => ReadonlySet<string>
  /** Each has been tried: before that, nobody knows which are away. */
  tried: Promise<unknown>
  stop: () => Promise<void>
}

const PASS_MS = 5 * 60_000
/** Whoever stops a server does not wait for a bucket that hangs. */
const LEAVE_MS = 20_000
const FAREWELL_MS = 45_000

/**
 * Every half minute, for each place by itself: what a place lacks is sent there, however long another, a backup or a test takes. What
 * came of it is noted in a run on record, for alerts and metrics.
 */
export function startShipping({ config, installation, log, targets }: Shipping, everyMs: number): ShippingLoop {
  const { db, home } = installation
  const shipper = createShipper(config, installation, targets)
  const failing = new Map<string, string>()
  let run: Promise<Run> | undefined
  let stopped = false

  async function note({ target, error, complete }: Pass): Promise<void> {
    run ??= beginRun(db, 'archive', { minutes: config.BACKUP_WAL_MINUTES })
    // A database that is away: the next pass begins it.
    run.catch(() => {
      run = undefined
    })
    const gap = (await readGaps(home))[target.name]?.lost ?? false
    const state = { at: complete ? new Date() : undefined, error: error === undefined ? null : codeOf(error), gap }
    await (await run).note({ ...placeNote(target.kind, state), waiting: shipper.waitingBytes() })
  }
  async function tell(pass: Pass): Promise<void> {
    const place = pass.target.kind
    const code = pass.error === undefined ? undefined : codeOf(pass.error)
    // Told once, not twice a minute.
    if (code !== undefined && failing.get(place) !== code) log.error({ err: pass.error, place }, 'backup: the archive cannot be sent')
    if (code === undefined && failing.has(place)) log.info({ place }, 'backup: the archive is sent again')
    if (code === undefined) failing.delete(place)
    else failing.set(place, code)
    await note(pass).catch((err: unknown) => log.debug({ err }, 'backup: how far the archive is was not noted'))
  }
  const loops = targets.map((target) => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const sending = repeat(everyMs, async () => {
      const end = Date.now() + PASS_MS
      await tell(await shipper.pass(target, () => stopped || Date.now() > end)).finally(resolve)
    })
    return { sending, tried: promise }
  })
  return {
    away: () => new Set(failing.keys()),
    tried: Promise.all(loops.map((l) => l.tried)),
    async stop() {
      stopped = true
      await within(LEAVE_MS, Promise.all(loops.map((l) => l.sending.stop()))).catch(() => {})
      // Whoever stops the server may be about to restore it: nothing that was written is left behind.
      const end = Date.now() + FAREWELL_MS
      const passes = await within(
        FAREWELL_MS,
        shipper.passAll(targets, () => Date.now() > end),
      ).catch(() => [])
      for (const pass of passes) await tell(pass)
      await run?.then((r) => r.end('ok')).catch(() => {})
    },
  }
}
