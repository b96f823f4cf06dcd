import type { FastifyInstance } from 'fastify'
import type { JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { bodyOf } from './body-of.ts'
import { GraphError, parameterError } from './graph-error.ts'
import { queryOf } from './paginate.ts'

const CODE = /^emulator-code-(\d+)$/

/**
 * `GET /oauth/access_token`: the code of an Embedded Signup becomes a token (Graph API, access tokens). The popup is not
 * imitated: `emulator-code-{PNID}` is the code that a signup of this number would have given; any other has run out.
 */
export function registerOauthRoutes(app: FastifyInstance, engine: Engine): void {
  app.route({
    method: ['GET', 'POST'],
    url: '/oauth/access_token',
    handler: async (request) => exchange(engine, { ...queryOf(request), ...bodyOf(request) }),
  })
}

function exchange(engine: Engine, given: JsonObject): JsonObject {
  const { client_id: id, client_secret: secret, code, grant_type: grant } = given
  if (!id) throw parameterError('Missing client_id parameter.')
  const numbers = [...engine.world.numbers.values()].filter((number) => number.appId === String(id))
  if (!numbers.some((number) => number.appSecret === secret)) {
    throw new GraphError(400, { message: 'Error validating client secret.', type: 'OAuthException', code: 1 })
  }
  if (grant === 'client_credentials') return { access_token: `${String(id)}|${String(secret)}`, token_type: 'bearer' }
  const number = numbers.find((entry) => entry.phoneNumberId === CODE.exec(String(code))?.[1])
  if (number) return { access_token: number.accessToken, token_type: 'bearer' }
  throw new GraphError(400, { message: 'This authorization code has expired.', type: 'OAuthException', code: 100, error_subcode: 36007 })
}
