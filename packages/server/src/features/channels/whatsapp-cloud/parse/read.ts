import { createHash } from 'node:crypto'

export type Obj = Record<string, unknown>
/** Meta allows 4,096 characters; what is longer than this is cut, so that it can still be searched. */
export const TEXT_MAX = 60_000
const ID_MAX = 512
const NAME_MAX = 200
const DAY_SECONDS = 86_400
/** Before 2009 there was no WhatsApp. */
const FIRST_SECOND = 1_230_768_000

const isObject = (v: unknown): v is Obj => typeof v === 'object' && v !== null && !Array.isArray(v)
export const obj = (v: unknown): Obj => (isObject(v) ? v : {})
export const list = (v: unknown): Obj[] => (Array.isArray(v) ? v.filter(isObject) : [])
/** PostgreSQL's text cannot hold NUL, and a lone surrogate is no text at all. */
const clean = (s: string): string => s.replaceAll('\u0000', '').toWellFormed()
/** A text that says something; numbers count as their digits. */
export const str = (v: unknown, max = TEXT_MAX): string | null => {
  const text = typeof v === 'string' ? clean(v.length > max ? v.slice(0, max) : v) : typeof v === 'number' ? String(v) : ''
  return text === '' ? null : text
}
/** An id of Meta's. A longer one is none: it could not be looked up. */
export const id = (v: unknown): string | null => {
  const text = str(v, ID_MAX + 1)
  return text !== null && text.length <= ID_MAX ? text : null
}
export const name = (v: unknown): string | null => str(v, NAME_MAX)
export const num = (v: unknown): number | null => {
  const n = typeof v === 'number' ? v : typeof v === 'string' && v.trim() !== '' ? Number(v) : Number.NaN
  return Number.isFinite(n) ? n : null
}
export const digits = (v: unknown): string | null => {
  const d = str(v, 60)?.replace(/\D/g, '') ?? ''
  return d.length >= 5 && d.length <= 20 ? d : null
}
/** The keys whose values are there. */
export const present = <T extends Obj>(o: T): Obj => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== null && v !== undefined))

/** Meta writes seconds as a string. What is no sensible time becomes the time of arrival. */
export function timeOf(v: unknown, arrived: Date): Date {
  const seconds = num(v)
  const sane = seconds !== null && seconds > FIRST_SECOND && seconds < arrived.getTime() / 1000 + DAY_SECONDS
  return sane ? new Date(Math.trunc(seconds) * 1000) : arrived
}

type Budget = { left: number }
const DEPTH_MAX = 24
const CUT = '…'

function copy(v: unknown, depth: number, budget: Budget): unknown {
  budget.left -= 8
  if (budget.left < 0 || depth > DEPTH_MAX) return CUT
  if (typeof v === 'string') {
    const text = clean(v.length > budget.left ? v.slice(0, budget.left) + CUT : v)
    budget.left -= text.length
    return text
  }
  if (Array.isArray(v)) return cutList(v, depth, budget)
  if (!isObject(v)) return typeof v === 'number' && !Number.isFinite(v) ? String(v) : v
  const out: [string, unknown][] = []
  for (const [key, value] of Object.entries(v)) {
    if (budget.left < 0) break
    budget.left -= key.length
    out.push([clean(key.slice(0, ID_MAX)), copy(value, depth + 1, budget)])
  }
  return Object.fromEntries(out)
}

function cutList(v: readonly unknown[], depth: number, budget: Budget): unknown[] {
  const out: unknown[] = []
  for (const item of v) {
    if (budget.left < 0) break
    out.push(copy(item, depth + 1, budget))
  }
  return out
}

/** About 64 kB of JSON at most, and nothing that a database could not hold: deep nests and endless texts are cut with an ellipsis. */
export const keepable = (v: Obj): Obj => obj(copy(v, 0, { left: 64_000 }))

function canonical(v: unknown): unknown {
  if (Array.isArray(v)) return v.map(canonical)
  if (!isObject(v)) return v
  return Object.fromEntries(
    Object.keys(v)
      .sort()
      .map((k) => [k, canonical(v[k])]),
  )
}

/** The same change hashes the same, however its keys are ordered. */
export const hashOf = (...parts: readonly unknown[]): string =>
  createHash('sha256')
    .update(JSON.stringify(parts.map(canonical)))
    .digest('hex')
