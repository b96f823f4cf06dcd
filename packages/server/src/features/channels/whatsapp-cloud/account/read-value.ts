/** Readers for values from outside: what is not there or of another kind is null, never an exception. */
export type Obj = Record<string, unknown>
const isObject = (v: unknown): v is Obj => typeof v === 'object' && v !== null && !Array.isArray(v)
export const obj = (v: unknown): Obj => (isObject(v) ? v : {})
/** A list of objects; a single object counts as a list of one. */
export const list = (v: unknown): Obj[] => (Array.isArray(v) ? v.filter(isObject) : isObject(v) ? [v] : [])

const MAX_TEXT = 300
export const str = (v: unknown): string | null => {
  if (typeof v === 'number' && Number.isFinite(v)) return String(v)
  // PostgreSQL holds no NUL, and a lone surrogate is no text.
  const text = typeof v === 'string' ? v.replaceAll('\u0000', '').toWellFormed().trim() : ''
  return text === '' ? null : text.slice(0, MAX_TEXT)
}
/** A name of Meta's, in capitals; what does not look like one is null. */
export const name = (v: unknown): string | null => {
  const text = str(v)?.toUpperCase() ?? ''
  return /^[A-Z][A-Z0-9_]{0,79}$/.test(text) ? text : null
}
export const digitsOf = (v: unknown): string | null => {
  const digits = str(v)?.replace(/\D/g, '') ?? ''
  return digits.length >= 5 && digits.length <= 20 ? digits : null
}

const LATEST_MS = Date.parse('2100-01-01')
/** Seconds, milliseconds or a day in words, as the fields of accounts mix them. */
export function moment(v: unknown): Date | null {
  const text = str(v)
  if (text === null) return null
  const number = Number(text)
  const ms = Number.isFinite(number) ? (number < 1e11 ? number * 1000 : number) : Date.parse(text)
  return Number.isFinite(ms) && ms > 0 && ms < LATEST_MS ? new Date(ms) : null
}

const DAY = new Intl.DateTimeFormat('pt-BR', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'America/Sao_Paulo' })
export const dayOf = (at: Date | null): string => (at ? DAY.format(at) : '')

/** People per day outside a window: a number or `TIER_2K`; -1 is unlimited; null when Meta says nothing usable (Cloud API, messaging limits). */
export function readLimit(v: unknown): number | null {
  const text =
    str(v)
      ?.toUpperCase()
      .replace(/^TIER_/, '') ?? ''
  if (text === 'UNLIMITED' || text === '-1') return -1
  const match = /^(\d{1,9})(K|M)?$/.exec(text)
  return match ? Number(match[1]) * (match[2] === 'K' ? 1000 : match[2] === 'M' ? 1_000_000 : 1) : null
}
export const sayLimit = (limit: number): string => (limit < 0 ? 'sem limite' : new Intl.NumberFormat('pt-BR').format(limit))
