import { randomInt } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createObjectId, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber } from '../emulator-types.ts'
import { type JsonObject, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { changeNumberState, readNumberState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { bodyOf } from './body-of.ts'
import { requireAccountAccess, requireNumberAccess } from './find-by-token.ts'
import { messagingError, parameterError } from './graph-error.ts'
import type { ManagementLimit } from './limit-management.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>

const HOUR_MS = 3600_000
const REGISTRATIONS = { most: 10, within: 72 * HOUR_MS }
const PIN_TRIES = { most: 5, within: HOUR_MS }
const REST_AFTER_DELETION_MS = 5 * 60_000
const REGIONS = ['AU', 'ID', 'IN', 'JP', 'SG', 'KR', 'DE', 'CH', 'GB', 'BR', 'BH', 'ZA', 'AE', 'CA']

/** Adding, verifying, registering and deregistering numbers (Cloud API, phone numbers). */
export function registerRegistrationRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: IdRequest, reply: FastifyReply): BusinessNumber => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_management')
    count(reply, number)
    return number
  }

  app.post('/:id/phone_numbers', async (request: IdRequest, reply) => {
    const [sibling] = requireAccountAccess(world, request, request.params.id)
    count(reply, sibling)
    return addNumber(world, sibling, bodyOf(request))
  })

  app.post('/:id/request_code', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const { code_method: method, language } = bodyOf(request)
    if (method !== 'SMS' && method !== 'VOICE') throw parameterError('Param code_method must be one of {SMS, VOICE}')
    if (typeof language !== 'string' || !/^[a-z]{2,3}(_[A-Z]{2})?$/.test(language)) throw parameterError('The parameter language is required.')
    if (readNumberState(world, number.phoneNumberId).verified) throw messagingError(136024)
    changeNumberState(world, number.phoneNumberId, { verificationCode: String(randomInt(100_000, 1_000_000)) })
    return { success: true }
  })

  app.post('/:id/verify_code', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const code = keepDigits(String(bodyOf(request).code ?? ''))
    if (code === '') throw parameterError('The parameter code is required.')
    const state = readNumberState(world, number.phoneNumberId)
    if (state.verified) throw messagingError(136024)
    if (state.verificationCode === null) throw messagingError(133006, 'Ask for a code first.')
    if (code !== state.verificationCode) throw messagingError(136025)
    changeNumberState(world, number.phoneNumberId, { verified: true, verificationCode: null })
    return { success: true }
  })

  app.post('/:id/register', async (request: IdRequest, reply) => registerNumber(world, enter(request, reply), bodyOf(request)))
  app.post('/:id/deregister', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    if (readNumberState(world, number.phoneNumberId).coexistence) {
      throw messagingError(100, 'A number that is also used in the WhatsApp Business app cannot be deregistered by the API.')
    }
    countRegistration(world, number)
    world.numbers.put(number.phoneNumberId, { ...number, registered: false })
    changeNumberState(world, number.phoneNumberId, { deletedAt: null })
    return { success: true }
  })
}

/** `POST /{WABA}/phone_numbers`: a number that still has to be verified and registered. */
function addNumber(world: World, sibling: BusinessNumber, body: JsonObject): JsonObject {
  const digits = keepDigits(`${String(body.cc ?? '')}${String(body.phone_number ?? '')}`)
  const name = readText(body, 'verified_name')
  if (!name) throw parameterError('The parameter verified_name is required.')
  if (!body.cc || digits.length < 8 || digits.length > 15) throw parameterError('The parameters cc and phone_number are required.')
  if ([...world.numbers.values()].some((number) => keepDigits(number.displayPhoneNumber) === digits))
    throw parameterError('The phone number is in use already.')
  const phoneNumberId = createObjectId()
  const { wabaId, businessId, appId, accessToken, appSecret, verifyToken, callbackUrl, accountOverride, subscribed } = sibling
  world.numbers.put(phoneNumberId, {
    ...{ wabaId, businessId, appId, accessToken, appSecret, verifyToken, callbackUrl, accountOverride, subscribed },
    phoneNumberId,
    displayPhoneNumber: `+${digits}`,
    verifiedName: name,
    numberOverride: null,
    registered: false,
    sendFault: null,
    profile: {},
    createdAt: world.now(),
  })
  changeNumberState(world, phoneNumberId, { verified: false, nameStatus: 'PENDING_REVIEW', messagingLimit: 'TIER_250' })
  return { id: phoneNumberId }
}

/** The eleventh register or deregister call in 72 hours is refused. */
function countRegistration(world: World, number: BusinessNumber): void {
  const now = world.now()
  const recent = readNumberState(world, number.phoneNumberId).registrations.filter((at) => now - at < REGISTRATIONS.within)
  if (recent.length >= REGISTRATIONS.most) throw messagingError(133016)
  changeNumberState(world, number.phoneNumberId, { registrations: [...recent, now] })
}

function registerNumber(world: World, number: BusinessNumber, body: JsonObject): JsonObject {
  if (body.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
  const pin = String(body.pin ?? '')
  if (!/^\d{6}$/.test(pin)) throw parameterError('Param pin must be a 6-digit string.')
  const region = body.data_localization_region
  if (region !== undefined && region !== null && !REGIONS.includes(String(region)))
    throw parameterError(`Param data_localization_region must be one of {${REGIONS.join(', ')}}`)
  countRegistration(world, number)
  const state = readNumberState(world, number.phoneNumberId)
  if (state.deletedAt !== null && world.now() - state.deletedAt < REST_AFTER_DELETION_MS) throw messagingError(133015)
  if (!state.verified) throw messagingError(133006)
  checkPin(world, number, pin)
  world.numbers.put(number.phoneNumberId, { ...number, registered: true })
  changeNumberState(world, number.phoneNumberId, { pin, pinFailures: [], deletedAt: null })
  return { success: true }
}

/** A number without a PIN takes the first one; five wrong ones in an hour end the tries (Cloud API, two-step verification). */
function checkPin(world: World, number: BusinessNumber, pin: string): void {
  const now = world.now()
  const state = readNumberState(world, number.phoneNumberId)
  const failures = state.pinFailures.filter((at) => now - at < PIN_TRIES.within)
  if (failures.length >= PIN_TRIES.most)
    throw messagingError(133008, `Try again in ${Math.ceil((PIN_TRIES.within - (now - (failures[0] ?? now))) / 60_000)} minutes.`)
  if (state.pin === null || state.pin === pin) return
  changeNumberState(world, number.phoneNumberId, { pinFailures: [...failures, now] })
  throw messagingError(133005)
}
