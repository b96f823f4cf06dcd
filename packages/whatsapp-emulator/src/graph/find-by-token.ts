import { createHmac, timingSafeEqual } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import { isObject } from '../json.ts'
import { readAppState, readTokenState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { GraphError, parameterError, tokenError, unknownObject } from './graph-error.ts'

/** Messages and media need one permission, everything else the other (Graph API, permissions). */
export type Permission = 'whatsapp_business_messaging' | 'whatsapp_business_management'

/** The token of a request: Bearer header or `access_token` parameter (Graph API, access tokens). */
export function readToken(request: FastifyRequest): string | null {
  const header = /^(?:Bearer|OAuth)\s+(.+)$/i.exec(request.headers.authorization ?? '')?.[1]
  return header ? header.trim() : readParameter(request, 'access_token')
}

function readParameter(request: FastifyRequest, name: string): string | null {
  const query = isObject(request.query) ? request.query[name] : undefined
  const body = isObject(request.body) ? request.body[name] : undefined
  const given = query ?? body
  return typeof given === 'string' && given !== '' ? given : null
}

/**
 * Every number a token reaches: those with this token.
 * @throws GraphError 401 with code 0 or 190 (463 expired, 467 revoked), 403 with code 10 or 200, 400 for a wrong `appsecret_proof`.
 */
export function listByToken(world: World, request: FastifyRequest, permission?: Permission): BusinessNumber[] {
  const token = readToken(request)
  if (!token) throw tokenError('missing')
  const numbers = [...world.numbers.values()].filter((number) => number.accessToken === token)
  const [first] = numbers
  const { state, scopes } = readTokenState(world, token)
  if (!first) throw tokenError(state === 'revoked' ? 'revoked' : 'invalid')
  if (state === 'expired' || numbers.some((number) => number.sendFault === 190)) throw tokenError('expired')
  if (state === 'revoked') throw tokenError('revoked')
  checkProof(world, request, first, token)
  if (permission && !scopes.includes(permission)) throw permissionError(permission)
  return numbers
}

function permissionError(permission: Permission): GraphError {
  const code = permission === 'whatsapp_business_messaging' ? 10 : 200
  const message =
    code === 10
      ? '(#10) Application does not have permission for this action'
      : '(#200) You do not have the necessary permissions required to manage this WhatsApp Business Account'
  return new GraphError(403, { message, type: 'OAuthException', code })
}

/** `appsecret_proof`: HMAC of the token with the app secret; checked when sent, demanded when the app wants it. */
function checkProof(world: World, request: FastifyRequest, number: BusinessNumber, token: string): void {
  const given = readParameter(request, 'appsecret_proof')
  if (given === null) {
    if (readAppState(world, number.appId).requireProof) throw parameterError('API calls from the server require an appsecret_proof argument')
    return
  }
  const wanted = createHmac('sha256', number.appSecret).update(token).digest('hex')
  if (given.length !== wanted.length || !timingSafeEqual(Buffer.from(given), Buffer.from(wanted))) {
    throw parameterError('Invalid appsecret_proof provided in the API argument')
  }
}

/** The number with this id, if the token reaches it; otherwise Graph's "does not exist". */
export function requireNumberAccess(world: World, request: FastifyRequest, phoneNumberId: string, permission?: Permission): BusinessNumber {
  const found = listByToken(world, request, permission).find((number) => number.phoneNumberId === phoneNumberId)
  if (!found) throw unknownObject(request.method, phoneNumberId)
  return found
}

/** The numbers of the account with this id that the token reaches: at least one. */
export function requireAccountAccess(world: World, request: FastifyRequest, wabaId: string): [BusinessNumber, ...BusinessNumber[]] {
  const [first, ...others] = listByToken(world, request, 'whatsapp_business_management').filter((number) => number.wabaId === wabaId)
  if (!first) throw unknownObject(request.method, wabaId)
  return [first, ...others]
}

/** The numbers of the app whose app token (`APPID|APPSECRET`) or own token came with the request. */
export function requireAppAccess(world: World, request: FastifyRequest, appId: string, tokens: 'app' | 'any'): BusinessNumber[] {
  const token = readToken(request)
  if (!token) throw tokenError('missing')
  const numbers = [...world.numbers.values()].filter((number) => number.appId === appId)
  const byApp = numbers.filter((number) => token === `${number.appId}|${number.appSecret}`)
  if (byApp.length > 0) return byApp
  const own = tokens === 'any' ? listByToken(world, request).filter((number) => number.appId === appId) : []
  if (own.length === 0) throw unknownObject(request.method, appId)
  return own
}
