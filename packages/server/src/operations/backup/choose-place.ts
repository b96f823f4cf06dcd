import { BackupError } from './backup-error.ts'
import type { RecoverTo } from './recover.ts'
import type { Plan } from './restore-plan.ts'
import { SEGMENT, segmentNumber } from './segments.ts'
import type { Target } from './target.ts'

/** A place that answers, and what a restore from there would bring back. */
type Offer = { target: Target; plan: Plan }
/** Why a place is not the one, for people. */
export type PassedOver = { name: string; why: string }

/** For these another place may serve; whatever else is wrong is for the operator to decide. */
const ANOTHER_MAY_SERVE = new Set(['no_backup', 'target_unreachable', 'chunk_missing', 'chunk_corrupt', 'wal_missing'])

/** When the last of it came there. */
const endOf = ({ manifest, wal }: Plan): number =>
  Math.max(Date.parse(wal.until ?? manifest.takenAt), Date.parse(manifest.takenAt), wal.timeline === wal.newest && wal.newestAt ? wal.newestAt.getTime() : 0)

function lastSegment({ manifest, wal }: Plan): bigint | undefined {
  const { stopSegment, segmentBytes } = manifest.database
  if (!stopSegment || !segmentBytes) return undefined
  const numbers = [stopSegment, ...wal.archived.map((a) => a.segment).filter((s) => SEGMENT.test(s))].map((s) => segmentNumber(s, segmentBytes))
  return numbers.reduce((a, b) => (a > b ? a : b))
}

/** How much further `a` goes than `b`. One archive has reached a place a moment later than another: its segments count, not when they came. */
function further(a: Plan, b: Plan, to: RecoverTo): number {
  const [one, other] = [lastSegment(a), lastSegment(b)]
  const isOneArchive = a.manifest.database.systemId === b.manifest.database.systemId && a.wal.timeline === b.wal.timeline
  if (to === 'backup') return Date.parse(a.manifest.takenAt) - Date.parse(b.manifest.takenAt)
  if (one !== undefined && other !== undefined && isOneArchive) return Number(one - other)
  return endOf(a) - endOf(b)
}

/** Negative when `a` serves better: it reaches the moment, has no gap on the way, goes further. */
function compare(a: Plan, b: Plan, to: RecoverTo): number {
  const isShort = (p: Plan) => to instanceof Date && endOf(p) < to.getTime()
  const hasGap = (p: Plan) => to !== 'backup' && p.wal.gap !== null
  return Number(isShort(a)) - Number(isShort(b)) || Number(hasGap(a)) - Number(hasGap(b)) || further(b, a, to)
}

/**
 * The place that goes furthest, of all that answer: one that was full or away for days still answers, with the state of those days. Where
 * both serve, the first does. @throws BackupError when none does
 */
export async function choosePlace<P extends Offer>(
  targets: readonly Target[],
  to: RecoverTo,
  planAt: (target: Target) => Promise<P>,
): Promise<{ best: P; passedOver: PassedOver[] }> {
  const offers: P[] = []
  const passedOver: PassedOver[] = []
  let failure: unknown
  for (const target of targets) {
    try {
      offers.push(await planAt(target))
    } catch (e) {
      if (!(e instanceof BackupError) || !ANOTHER_MAY_SERVE.has(e.code)) throw e
      failure ??= e
      passedOver.push({ name: target.name, why: `${e.code === 'target_unreachable' ? 'does not answer, and may go further' : 'cannot serve'} (${e.message})` })
    }
  }
  const [best, ...others] = offers.toSorted((a, b) => compare(a.plan, b.plan, to))
  if (!best) throw failure
  for (const { target, plan } of others) {
    if (further(best.plan, plan, to) === 0) continue
    const until = new Date(endOf(plan)).toISOString()
    passedOver.push({ name: target.name, why: plan.wal.gap === null ? `only goes until ${until}` : `goes until ${until}, with a gap at ${plan.wal.gap}` })
  }
  return { best, passedOver }
}
