import type { FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import { isObject } from '../json.ts'
import type { World } from '../state/world.ts'
import { tokenError, unknownObject } from './graph-error.ts'

/** The token of a request: Bearer header or `access_token` parameter (Graph API, access tokens). */
export function readToken(request: FastifyRequest): string | null {
  const header = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  if (header) return header.trim()
  const query = isObject(request.query) ? request.query.access_token : undefined
  const body = isObject(request.body) ? request.body.access_token : undefined
  const given = query ?? body
  return typeof given === 'string' && given !== '' ? given : null
}

/**
 * The number whose token came with the request.
 * @throws GraphError 401 with code 0 or 190.
 */
function findByToken(world: World, request: FastifyRequest): BusinessNumber {
  const token = readToken(request)
  if (!token) throw tokenError('missing')
  for (const number of world.numbers.values()) {
    if (number.accessToken !== token) continue
    if (number.sendFault === 190) throw tokenError('expired')
    return number
  }
  throw tokenError('invalid')
}

/** Every number a token reaches: those with this token. */
export function listByToken(world: World, request: FastifyRequest): BusinessNumber[] {
  const { accessToken } = findByToken(world, request)
  return [...world.numbers.values()].filter((number) => number.accessToken === accessToken)
}

/** The number with this id, if the token reaches it; otherwise Graph's "does not exist". */
export function requireNumberAccess(world: World, request: FastifyRequest, phoneNumberId: string): BusinessNumber {
  const found = listByToken(world, request).find((number) => number.phoneNumberId === phoneNumberId)
  if (!found) throw unknownObject(request.method, phoneNumberId)
  return found
}
