import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { changeNumberState, readNumberState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import { bodyOf } from './body-of.ts'
import { requireNumberAccess } from './find-by-token.ts'
import { messagingError, parameterError } from './graph-error.ts'
import type { ManagementLimit } from './limit-management.ts'
import { queryOf } from './paginate.ts'
import { pickFields } from './select-fields.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
const LIMITS: Record<string, number> = { about: 139, address: 256, description: 512, email: 128 }
const VERTICALS =
  'ALCOHOL,APPAREL,AUTO,BEAUTY,EDU,ENTERTAIN,EVENT_PLAN,FINANCE,GOVT,GROCERY,HEALTH,HOTEL,MATRIMONY_SERVICE,NONPROFIT,ONLINE_GAMBLING,OTC_DRUGS,OTHER,PHYSICAL_GAMBLING,PROF_SERVICES,RESTAURANT,RETAIL,TRAVEL,UNDEFINED,NOT_A_BIZ'.split(
    ',',
  )
const TAKEN = ['whatsapp', 'meta', 'facebook', 'instagram']

/** Business profile and username of a number (Cloud API, business profiles, business usernames). */
export function registerProfileRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: IdRequest, reply: FastifyReply): BusinessNumber => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_management')
    count(reply, number)
    return number
  }

  app.get('/:id/whatsapp_business_profile', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const { fields } = queryOf(request)
    const profile: JsonObject = { ...number.profile, messaging_product: 'whatsapp' }
    if (!fields) return { data: [{ ...(profile.about === undefined ? {} : { about: profile.about }), messaging_product: 'whatsapp' }] }
    const { id: _, ...picked } = pickFields(profile, `${fields},messaging_product`, [])
    return { data: [picked] }
  })
  app.post('/:id/whatsapp_business_profile', async (request: IdRequest, reply) => changeProfile(world, enter(request, reply), bodyOf(request)))

  app.get('/:id/username', async (request: IdRequest, reply) => {
    const { username } = readNumberState(world, enter(request, reply).phoneNumberId)
    return username ? { username: username.name, status: username.status } : {}
  })
  app.get('/:id/username_suggestions', async (request: IdRequest, reply) => {
    const plain = toUsername(enter(request, reply).verifiedName)
    return { data: [{ username_suggestions: [plain, `${plain}.oficial`, `${plain}_br`].map((name) => name.slice(0, 35)) }] }
  })
  app.post('/:id/username', async (request: IdRequest, reply) => changeUsername(engine, enter(request, reply), bodyOf(request)))
  app.delete('/:id/username', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const { username } = readNumberState(world, number.phoneNumberId)
    if (!username) throw messagingError(147004)
    changeNumberState(world, number.phoneNumberId, { username: null })
    tellUsername(engine, number, username.name, 'deleted')
    return { success: true }
  })
}

function changeProfile(world: World, number: BusinessNumber, body: JsonObject): JsonObject {
  const { messaging_product: product, access_token: _token, profile_picture_handle: handle, ...changes } = body
  if (product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
  for (const [key, limit] of Object.entries(LIMITS)) {
    if ([...String(changes[key] ?? '')].length > limit) throw messagingError(131009, `Parameter value is not valid: ${key} must be at most ${limit} characters`)
  }
  if (changes.about === '') throw messagingError(131009, 'Parameter value is not valid: about must have 1 to 139 characters')
  const { websites, vertical } = changes
  if (
    websites !== undefined &&
    (!Array.isArray(websites) || websites.length > 2 || websites.some((site) => String(site).length > 256 || !/^https?:\/\//.test(String(site))))
  ) {
    throw messagingError(131009, 'Parameter value is not valid: websites has at most 2 addresses of 256 characters with http:// or https://')
  }
  if (vertical !== undefined && vertical !== '' && !VERTICALS.includes(String(vertical)))
    throw messagingError(131009, `Parameter value is not valid: vertical must be one of ${VERTICALS.join(', ')}`)
  if (handle !== undefined && ![...world.uploads.values()].some((upload) => upload.handle === handle)) {
    throw messagingError(131009, 'Parameter value is not valid: profile_picture_handle')
  }
  const picture = handle === undefined ? {} : { profile_picture_url: `${world.url}/profile-picture/${number.phoneNumberId}` }
  world.numbers.put(number.phoneNumberId, { ...number, profile: { ...number.profile, ...changes, ...picture } })
  world.emit({ kind: 'state' })
  return { success: true }
}

function toUsername(name: string): string {
  const plain = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '')
  return plain.slice(0, 35).padEnd(3, '0')
}

function changeUsername(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  const name = String(body.username ?? '')
  if (!/^[a-z0-9._]{3,35}$/.test(name) || !/[a-z]/.test(name) || /^[._]|[._]$|\.\./.test(name)) throw messagingError(147001)
  if (TAKEN.some((word) => name.includes(word))) throw messagingError(147003)
  const transfer = body.transfer_action ?? 'none'
  if (transfer !== 'none' && transfer !== 'force_transfer') throw parameterError('Param transfer_action must be one of {none, force_transfer}')
  const holder = [...world.numbers.values()].find(
    (other) => other.phoneNumberId !== number.phoneNumberId && readNumberState(world, other.phoneNumberId).username?.name === name,
  )
  if (holder && (transfer === 'none' || holder.businessId !== number.businessId)) throw messagingError(147002)
  if (holder) {
    changeNumberState(world, holder.phoneNumberId, { username: null })
    tellUsername(engine, holder, name, 'deleted')
  }
  changeNumberState(world, number.phoneNumberId, { username: { name, status: 'approved' } })
  tellUsername(engine, number, name, 'approved')
  return { status: 'approved', success: true }
}

function tellUsername(engine: Engine, number: BusinessNumber, username: string, status: string): void {
  queueNumberChange(engine, number, 'business_username_update', { display_phone_number: number.displayPhoneNumber.replace(/\D/g, ''), username, status })
}
