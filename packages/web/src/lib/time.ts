import { useEffect, useState } from 'react'
import { getLocale } from './locale.ts'

export type Moment = string | number | Date

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

const dateOf = (at: Moment): Date => (at instanceof Date ? at : new Date(at))

const formatters = new Map<string, Intl.DateTimeFormat>()
/** Making an Intl formatter costs far more than using it, and lists use thousands. */
function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${getLocale()}|${name}`
  const known = formatters.get(key)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat(getLocale(), options)
  formatters.set(key, made)
  return made
}

const startOfDay = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime()

/** Whole calendar days from `at` to `now`; rounding absorbs the hour of a daylight saving change. */
export const daysBetween = (at: Moment, now: Moment = Date.now()): number => Math.round((startOfDay(dateOf(now)) - startOfDay(dateOf(at))) / DAY)

/** "18:40", "6:40 PM" */
export const formatTime = (at: Moment): string => formatter('time', { timeStyle: 'short' }).format(dateOf(at))

/** "20 de novembro de 2026 às 18:40" */
export const formatDateTime = (at: Moment): string => formatter('full', { dateStyle: 'long', timeStyle: 'short' }).format(dateOf(at))

/** "20/11/2026" */
export const formatDate = (at: Moment): string => formatter('date', { dateStyle: 'short' }).format(dateOf(at))

/** "hoje", "ontem", "sexta-feira" within the week, then "12 de novembro", with the year when it is another one. */
export function formatDay(at: Moment, now: Moment = Date.now()): string {
  const date = dateOf(at)
  const days = daysBetween(date, now)
  if (days === 0 || days === 1) return relative().format(-days, 'day')
  if (days > 1 && days < 7) return formatter('weekday', { weekday: 'long' }).format(date)
  const sameYear = date.getFullYear() === dateOf(now).getFullYear()
  return sameYear
    ? formatter('day', { day: 'numeric', month: 'long' }).format(date)
    : formatter('day-year', { day: 'numeric', month: 'long', year: 'numeric' }).format(date)
}

const relatives = new Map<string, Intl.RelativeTimeFormat>()
function relative(): Intl.RelativeTimeFormat {
  const known = relatives.get(getLocale())
  if (known !== undefined) return known
  const made = new Intl.RelativeTimeFormat(getLocale(), { numeric: 'auto', style: 'long' })
  relatives.set(getLocale(), made)
  return made
}

const isEnglish = (): boolean => getLocale() === 'en'

/** "agora", "há 3 min", "há 2 h", "ontem 18:40", "sexta-feira 09:10", "12 de nov." */
export function formatRelative(at: Moment, now: Moment = Date.now()): string {
  const date = dateOf(at)
  const passed = dateOf(now).getTime() - date.getTime()
  if (passed < MINUTE) return isEnglish() ? 'now' : 'agora'
  if (passed < HOUR) return ago(`${Math.floor(passed / MINUTE)} min`)
  const days = daysBetween(date, now)
  if (days === 0) return ago(`${Math.floor(passed / HOUR)} h`)
  if (days < 7) return `${formatDay(date, now)} ${formatTime(date)}`
  return formatShortDay(date, now)
}

const ago = (length: string): string => (isEnglish() ? `${length} ago` : `há ${length}`)

function formatShortDay(date: Date, now: Moment): string {
  if (date.getFullYear() !== dateOf(now).getFullYear()) return formatDate(date)
  return formatter('short-day', { day: 'numeric', month: 'short' }).format(date)
}

/** For the right edge of a row: "18:40" today, "ontem", "sexta-feira" or "12 de nov.". */
export function formatStamp(at: Moment, now: Moment = Date.now()): string {
  const days = daysBetween(at, now)
  if (days <= 0) return formatTime(at)
  if (days < 7) return formatDay(at, now)
  return formatShortDay(dateOf(at), now)
}

/** "45 s", "12 min", "3 h 05 min", "2 d 4 h" */
export function formatDuration(milliseconds: number): string {
  const passed = Math.max(0, milliseconds)
  if (passed < MINUTE) return `${Math.floor(passed / 1000)} s`
  if (passed < HOUR) return `${Math.floor(passed / MINUTE)} min`
  // The 24 h window is "24 h", not "1 d".
  if (passed < DAY + HOUR) {
    const minutes = Math.floor((passed % HOUR) / MINUTE)
    return `${Math.floor(passed / HOUR)} h${minutes > 0 ? ` ${String(minutes).padStart(2, '0')} min` : ''}`
  }
  const hours = Math.floor((passed % DAY) / HOUR)
  return `${Math.floor(passed / DAY)} d${hours > 0 ? ` ${hours} h` : ''}`
}

/** What is left until `until`: a countdown. "0 s" when it is over. */
export const formatRemaining = (until: Moment, now: Moment = Date.now()): string => formatDuration(dateOf(until).getTime() - dateOf(now).getTime())

/** How long it has been since `since`: for waiting times. */
export const formatWaiting = (since: Moment, now: Moment = Date.now()): string => formatDuration(dateOf(now).getTime() - dateOf(since).getTime())

/** The current time, again every so often. One timer per component is fine: lists pass it down. */
export function useNow(everyMs = 30_000): number {
  const [now, setNow] = useState(Date.now)
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
