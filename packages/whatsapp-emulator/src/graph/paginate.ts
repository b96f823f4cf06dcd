import type { FastifyRequest } from 'fastify'
import { isObject, type JsonObject } from '../json.ts'
import type { World } from '../state/world.ts'
import { messagingError, parameterError } from './graph-error.ts'

const DEFAULT_LIMIT = 25
const LARGEST_LIMIT = 1000
const CURSOR_LIFE_MS = 24 * 3600_000

/** The query of a request as plain texts. */
export function queryOf(request: FastifyRequest): Record<string, string> {
  const texts: Record<string, string> = {}
  if (isObject(request.query)) for (const [key, value] of Object.entries(request.query)) if (typeof value === 'string') texts[key] = value
  return texts
}

/**
 * One page of a list with Graph's cursors (`limit`, `after`, `before`, `paging.next`, `paging.previous`).
 * A cursor older than a day is refused with 131059; a foreign one with code 100.
 */
export function paginate(world: World, request: FastifyRequest, items: JsonObject[], defaultLimit = DEFAULT_LIMIT): JsonObject {
  const query = queryOf(request)
  const limit = readLimit(query.limit, defaultLimit)
  const after = query.after ? readCursor(world, query.after) : null
  const before = query.before ? readCursor(world, query.before) : null
  const start = after !== null ? after + 1 : before !== null ? Math.max(0, before - limit) : 0
  const end = before !== null ? Math.min(before, start + limit) : start + limit
  const data = items.slice(start, end)
  if (data.length === 0) return { data: [] }
  const cursors = { before: createCursor(world, start), after: createCursor(world, start + data.length - 1) }
  return {
    data,
    paging: {
      cursors,
      ...(start + data.length < items.length ? { next: pageUrl(world, request, query, { after: cursors.after }) } : {}),
      ...(start > 0 ? { previous: pageUrl(world, request, query, { before: cursors.before }) } : {}),
    },
  }
}

function readLimit(text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback
  const limit = Number(text)
  if (!Number.isInteger(limit) || limit < 1) throw parameterError('Param limit must be an integer greater than or equal to 1')
  return Math.min(limit, LARGEST_LIMIT)
}

function createCursor(world: World, place: number): string {
  return Buffer.from(`p:${place}:${world.now()}`).toString('base64url')
}

function readCursor(world: World, cursor: string): number {
  const match = /^p:(\d+):(\d+)$/.exec(Buffer.from(cursor, 'base64url').toString())
  if (!match) throw parameterError('Invalid cursor')
  if (world.now() - Number(match[2]) > CURSOR_LIFE_MS) throw messagingError(131059)
  return Number(match[1])
}

function pageUrl(world: World, request: FastifyRequest, query: Record<string, string>, cursor: Record<string, string>): string {
  const { after: _after, before: _before, ...rest } = query
  const path = request.originalUrl.split('?')[0] ?? ''
  return `${world.url}${path}?${new URLSearchParams({ ...rest, ...cursor })}`
}
