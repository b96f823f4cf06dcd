import type { FastifyInstance, FastifyRequest } from 'fastify'
import { isObject, type JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { pickFields } from './describe-nodes.ts'
import { requireNumberAccess } from './find-by-token.ts'
import { messagingError, parameterError } from './graph-error.ts'

type IdRequest = FastifyRequest<{ Params: { id: string }; Querystring: { fields?: string } }>
const PROFILE_LIMITS: Record<string, number> = { about: 139, address: 256, description: 512, email: 128 }

/** The fields of a request, whatever way they came. */
export function bodyOf(request: FastifyRequest): JsonObject {
  return isObject(request.body) ? request.body : {}
}

/** `GET` and `POST /{PNID}/whatsapp_business_profile` (Cloud API, business profiles). */
export function registerProfileRoutes(app: FastifyInstance, engine: Engine): void {
  const { world } = engine
  app.get('/:id/whatsapp_business_profile', async (request: IdRequest) => {
    const number = requireNumberAccess(world, request, request.params.id)
    const profile: JsonObject = { ...number.profile, messaging_product: 'whatsapp' }
    if (!request.query.fields) return { data: [{ about: profile.about, messaging_product: 'whatsapp' }] }
    const { id: _, ...picked } = pickFields(profile, `${request.query.fields},messaging_product`, [])
    return { data: [picked] }
  })

  app.post('/:id/whatsapp_business_profile', async (request: IdRequest) => {
    const number = requireNumberAccess(world, request, request.params.id)
    const { messaging_product: product, access_token: _, ...changes } = bodyOf(request)
    if (product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
    for (const [key, limit] of Object.entries(PROFILE_LIMITS)) {
      if (String(changes[key] ?? '').length > limit) throw messagingError(131009, `Parameter value is not valid: ${key} must be at most ${limit} characters`)
    }
    world.numbers.put(number.phoneNumberId, { ...number, profile: { ...number.profile, ...changes } })
    world.emit({ kind: 'state' })
    return { success: true }
  })
}
