import type pg from 'pg'
import type { Config } from '../../platform/config.ts'
import type { Installation } from '../../platform/installation.ts'
import { BackupError } from './backup-error.ts'
import { connect, describeCluster, placeOf } from './database-place.ts'
import { keepErasures } from './erasures.ts'
import { describeHere, requireOwner } from './place-owner.ts'
import { Presence } from './presence.ts'
import { endWal, releaseWal, type Shipping, STUCK, shipWal, type Until } from './ship-wal.ts'
import type { Target } from './target.ts'
import { testRecipients } from './test-key.ts'

/** One look at one place. `complete`: all that was written (in ended segments) and erased is there. */
export type Pass = { target: Target; error: unknown; complete: boolean }
export type Shipper = {
  /** Never throws; a place that is away is told by its `error` and stops no other. */
  pass: (target: Target, until?: Until) => Promise<Pass>
  /** All that was written until now: the segment that is being written is ended first. */
  passAll: (targets: readonly Target[], until?: Until) => Promise<Pass[]>
  /** What waits for places that are away, as of the last pass. */
  waitingBytes: () => number
}

const NEVER: Until = () => false

/** Brings what waits (segments of the archive, lists of who was erased) to each of the configured places. */
export function createShipper(config: Config, installation: Installation, all: readonly Target[]): Shipper {
  const { db, keys, home } = installation
  const place = placeOf(config, installation)
  const [segments, lists] = [new Presence(), new Presence()]
  const tried = new Map<string, boolean>()
  let [endedAt, waiting] = [0, 0]

  const shippingOf = async (client: pg.Client): Promise<Shipping | undefined> =>
    place.kind === 'dump'
      ? undefined
      : {
          client,
          place,
          cluster: await describeCluster(client),
          all,
          there: segments,
          tried,
          recipients: [...config.BACKUP_RECIPIENT, ...(await testRecipients(home))],
          keys,
          home,
          keepMb: config.BACKUP_WAL_KEEP_MB,
        }
  async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = await connect(place.url)
    try {
      return await work(client)
    } finally {
      await client.end().catch(() => {})
    }
  }
  /** Answers whether all that was written until now is complete segments. */
  const end = (): Promise<boolean> =>
    connected(async (client) => {
      const shipping = await shippingOf(client)
      endedAt = Date.now()
      return shipping ? endWal(shipping) : true
    })
  /** Answers how many segments still wait for this place. */
  const send = (target: Target, until: Until): Promise<number> =>
    connected(async (client) => {
      const shipping = await shippingOf(client)
      try {
        await requireOwner(target, await describeHere(client, place, home), home)
        await keepErasures({ db, keys, target, all, there: lists })
        const left = shipping ? await shipWal(shipping, target, until) : 0
        tried.set(target.name, true)
        return left
      } catch (e) {
        tried.set(target.name, false)
        throw e
      } finally {
        // Also after a failure: what waits for this place must not fill the disk.
        if (shipping) waiting = await releaseWal(shipping)
      }
    })
  const passOf = (target: Target, until: Until): Promise<Pass> =>
    send(target, until).then(
      (left) => ({ target, error: undefined, complete: left === 0 }),
      (error: unknown) => ({ target, error, complete: false }),
    )

  return {
    waitingBytes: () => waiting,
    async pass(target, until = NEVER) {
      const isTime = Date.now() - endedAt >= config.BACKUP_WAL_MINUTES * 60_000
      // Why it cannot be ended is told by the pass itself.
      if (isTime) await end().catch(() => {})
      return passOf(target, until)
    },
    async passAll(targets, until = NEVER) {
      const fault = await end().then(
        (isEnded) => (isEnded ? undefined : new BackupError('archive_stuck', STUCK)),
        (error: unknown) => error,
      )
      const passes = await Promise.all(targets.map((target) => passOf(target, until)))
      return fault === undefined ? passes : passes.map((p) => ({ ...p, error: p.error ?? fault, complete: false }))
    },
  }
}
