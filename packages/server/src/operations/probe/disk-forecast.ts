/** How much was used at the end of a day; `day` as in 2026-11-30. */
export type DiskDay = { day: string; usedMib: number }
export type DiskForecast = {
  /** Whole days until it is full at the pace of the last two weeks; null when it does not grow, or when too little is known. */
  days: number | null
  /** How much is added in a day; negative when it shrinks. */
  mibPerDay: number
  /** Over how many days this was measured. */
  measuredDays: number
}

const DAY_MS = 24 * 3600_000
const LOOK_BACK_DAYS = 14
/** Two days say nothing about a pace: an update alone fills a gigabyte. */
const LEAST_DAYS = 3
/** Growth that fills it in more than ten years is none. */
const NEVER_DAYS = 3650

/** From so many days on, the biggest and the smallest of them are left out: one update, or one cleaning, is no pace. */
const TRIM_FROM = 5

function paceOf(days: readonly number[]): number {
  const sorted = days.toSorted((a, b) => a - b)
  const kept = sorted.length >= TRIM_FROM ? sorted.slice(1, -1) : sorted
  return kept.reduce((sum, n) => sum + n, 0) / kept.length
}

/** When a disk is full if it goes on as in the last two weeks. */
export function diskForecast(known: readonly DiskDay[], freeMib: number): DiskForecast {
  const all = known.map((d) => ({ at: Date.parse(`${d.day}T00:00:00Z`) / DAY_MS, used: d.usedMib })).toSorted((a, b) => a.at - b.at)
  const last = all.at(-1)
  const points = all.filter((p) => last && last.at - p.at <= LOOK_BACK_DAYS)
  const first = points[0]
  const measuredDays = first && last ? last.at - first.at : 0
  if (measuredDays < LEAST_DAYS) return { days: null, mibPerDay: 0, measuredDays }
  // Days on which nobody looked share what was added meanwhile.
  const added = points.slice(1).flatMap((p, i) => {
    const before = points[i] ?? p
    return Array.from({ length: p.at - before.at }, () => (p.used - before.used) / (p.at - before.at))
  })
  const mibPerDay = paceOf(added)
  const days = mibPerDay > 0 ? Math.floor(freeMib / mibPerDay) : null
  return { days: days !== null && days > NEVER_DAYS ? null : days, mibPerDay, measuredDays }
}
