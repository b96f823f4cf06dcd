import type { FastifyRequest } from 'fastify'
import type { JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { readTokenState } from '../state/platform-state.ts'
import { readToken } from './find-by-token.ts'
import { GraphError, parameterError, tokenError } from './graph-error.ts'

/** `GET /debug_token` (Graph API, debug_token): asked with the app token or with a token that is valid itself. */
export function debugToken(engine: Engine, request: FastifyRequest, input: string | undefined): JsonObject {
  const asked = readToken(request)
  if (!asked) throw tokenError('missing')
  if (!input) throw parameterError('The parameter input_token is required.')
  const numbers = [...engine.world.numbers.values()]
  const asker = numbers.find((number) => asked === `${number.appId}|${number.appSecret}` || asked === number.accessToken)
  if (!asker) throw tokenError('invalid')
  const owner = numbers.find((number) => number.accessToken === input)
  if (!owner) return { data: { is_valid: false, scopes: [], error: { code: 190, message: 'Invalid OAuth access token.' } } }
  if (owner.appId !== asker.appId)
    throw new GraphError(400, {
      message: '(#100) You must provide an app access token, or a user access token that is an owner or developer of the app',
      type: 'OAuthException',
      code: 100,
    })
  const { state, scopes } = readTokenState(engine.world, input)
  const expired = state === 'expired' || owner.sendFault === 190
  return {
    data: {
      app_id: owner.appId,
      type: 'SYSTEM_USER',
      application: 'Emulator app',
      data_access_expires_at: 0,
      expires_at: expired ? Math.floor(engine.world.now() / 1000) : 0,
      is_valid: state === 'valid' && !expired,
      issued_at: Math.floor(owner.createdAt / 1000),
      scopes,
      granular_scopes: scopes.map((scope) => ({ scope, target_ids: [owner.wabaId] })),
      user_id: owner.businessId,
    },
  }
}
