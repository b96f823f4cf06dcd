const clock = new Intl.DateTimeFormat('pt-BR', { hour: '2-digit', minute: '2-digit' })
const weekday = new Intl.DateTimeFormat('pt-BR', { weekday: 'long' })
const date = new Intl.DateTimeFormat('pt-BR', { day: 'numeric', month: 'long', year: 'numeric' })
const DAY = 24 * 3600_000

/** `14:05` */
export function formatClock(ms: number): string {
  return clock.format(ms)
}

/** A key that is equal for moments of the same day. */
export function dayOf(ms: number): string {
  return new Date(ms).toDateString()
}

/** `Hoje`, `Ontem`, a weekday within the last week, or the date. */
export function formatDay(ms: number, now: number): string {
  if (dayOf(ms) === dayOf(now)) return 'Hoje'
  if (dayOf(ms) === dayOf(now - DAY)) return 'Ontem'
  return now - ms < 6 * DAY && ms < now ? weekday.format(ms) : date.format(ms)
}

/** `0:07` */
export function formatLength(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`
}

/** `22 KB`, `1,4 MB` */
export function formatSize(bytes: number): string {
  if (bytes < 1024 * 1024) return `${Math.max(1, Math.round(bytes / 1024))} KB`
  return `${(bytes / 1024 / 1024).toLocaleString('pt-BR', { maximumFractionDigits: 1 })} MB`
}
