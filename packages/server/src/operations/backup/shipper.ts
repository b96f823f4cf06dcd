import type pg from 'pg'
import type { Config } from '../../platform/config.ts'
import type { Installation } from '../../platform/installation.ts'
import { connect, describeCluster, placeOf } from './database-place.ts'
import { keepErasures } from './erasures.ts'
import { describeHere, requireOwner } from './place-owner.ts'
import { Presence } from './presence.ts'
import { type Hurry, releaseWal, type Shipped, shipWal } from './ship-wal.ts'
import type { Target } from './target.ts'
import { testRecipients } from './test-key.ts'

/** One look at one place. `complete`: all that was written (in ended segments) and erased is there. */
export type Pass = { target: Target; error: unknown; complete: boolean }
export type Shipper = {
  /** Never throws; a place that is away is told by its `error` and stops no other. */
  pass: (target: Target, hurry?: Partial<Hurry>) => Promise<Pass>
  /** What waits for places that are away, as of the last pass. */
  waitingBytes: () => number
}

const NOTHING: Shipped = { segments: 0, bytes: 0, left: 0 }

/** Brings what waits (segments of the archive, lists of who was erased) to each of the configured places. */
export function createShipper(config: Config, installation: Installation, all: readonly Target[]): Shipper {
  const { db, keys, home } = installation
  const place = placeOf(config, installation)
  const [segments, lists] = [new Presence(), new Presence()]
  const tried = new Set<string>()
  let [endedAt, waiting] = [0, 0]

  const isTimeToEnd = (): boolean => {
    if (Date.now() - endedAt < config.BACKUP_WAL_MINUTES * 60_000) return false
    endedAt = Date.now()
    return true
  }
  const shippingOf = async (client: pg.Client, physical: Extract<typeof place, { kind: 'physical' }>) => ({
    client,
    place: physical,
    cluster: await describeCluster(client),
    all,
    there: segments,
    tried,
    recipients: [...config.BACKUP_RECIPIENT, ...(await testRecipients(home))],
    keys,
    home,
    keepMb: config.BACKUP_WAL_KEEP_MB,
  })

  async function send(client: pg.Client, target: Target, hurry: Hurry): Promise<Shipped> {
    const sending = async () => {
      await requireOwner(target, await describeHere(client, place, home))
      await keepErasures({ db, keys, target, all, there: lists })
    }
    if (place.kind !== 'physical') return sending().then(() => NOTHING)
    const shipping = await shippingOf(client, place)
    try {
      await sending()
      return await shipWal(shipping, target, hurry)
    } finally {
      tried.add(target.name)
      // Also after a failure: what waits for this place must not fill the disk.
      waiting = await releaseWal(shipping)
    }
  }

  return {
    waitingBytes: () => waiting,
    async pass(target, { endSegment, until = () => false } = {}) {
      let client: pg.Client | undefined
      try {
        client = await connect(place.url)
        const { left } = await send(client, target, { endSegment: endSegment ?? isTimeToEnd(), until })
        return { target, error: undefined, complete: left === 0 }
      } catch (error) {
        return { target, error, complete: false }
      } finally {
        await client?.end().catch(() => {})
      }
    },
  }
}
