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

const median = (sorted: readonly number[]): number => {
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? (sorted[half] ?? 0) : ((sorted[half - 1] ?? 0) + (sorted[half] ?? 0)) / 2
}

/**
 * When a disk is full if it goes on like this. The pace is the median of the paces between any two days, so that one big day (an update,
 * a cleaning) does not decide.
 */
export function diskForecast(known: readonly DiskDay[], freeMib: number): DiskForecast {
  const all = known.map((d) => ({ at: Date.parse(`${d.day}T00:00:00Z`) / DAY_MS, used: d.usedMib })).toSorted((a, b) => a.at - b.at)
  const last = all.at(-1)
  const points = all.filter((p) => last && last.at - p.at <= LOOK_BACK_DAYS)
  const first = points[0]
  const measuredDays = first && last ? last.at - first.at : 0
  if (measuredDays < LEAST_DAYS) return { days: null, mibPerDay: 0, measuredDays }
  const paces = points.flatMap((a, i) => points.slice(i + 1).map((b) => (b.used - a.used) / (b.at - a.at)))
  const mibPerDay = median(paces.toSorted((a, b) => a - b))
  const days = mibPerDay > 0 ? Math.floor(freeMib / mibPerDay) : null
  return { days: days !== null && days > NEVER_DAYS ? null : days, mibPerDay, measuredDays }
}
