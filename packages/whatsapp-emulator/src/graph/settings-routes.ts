import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readObjects, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { changeNumberState, readNumberState } from '../state/platform-state.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import { bodyOf, readForm } from './body-of.ts'
import { requireNumberAccess } from './find-by-token.ts'
import { messagingError, parameterError } from './graph-error.ts'
import type { ManagementLimit } from './limit-management.ts'
import { queryOf } from './paginate.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
const SETTINGS = ['calling', 'payload_encryption', 'storage_configuration', 'user_identity_change']
const TOO_SMALL_FOR_CALLS = ['TIER_50', 'TIER_250']

/** Settings of a number: calling, storage, identity check, commerce, ice breakers, flow keys (Cloud API, phone numbers). */
export function registerSettingsRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: IdRequest, reply: FastifyReply): BusinessNumber => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_management')
    count(reply, number)
    return number
  }

  app.get('/:id/settings', async (request: IdRequest, reply) => {
    const { settings } = readNumberState(world, enter(request, reply).phoneNumberId)
    const calling: JsonObject = { status: 'DISABLED', call_icon_visibility: 'DEFAULT', callback_permission_status: 'DISABLED', ip_addresses: { default: [] } }
    const storage: JsonObject = { status: 'DEFAULT' }
    return {
      ...settings,
      calling: { ...calling, ...(isObject(settings.calling) ? settings.calling : {}) },
      storage_configuration: { ...storage, ...(isObject(settings.storage_configuration) ? settings.storage_configuration : {}) },
    }
  })
  app.post('/:id/settings', async (request: IdRequest, reply) => changeSettings(engine, enter(request, reply), bodyOf(request)))

  app.get('/:id/whatsapp_commerce_settings', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    return { data: [{ ...readNumberState(world, number.phoneNumberId).commerce, id: number.phoneNumberId }] }
  })
  app.post('/:id/whatsapp_commerce_settings', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const given: JsonObject = { ...queryOf(request), ...bodyOf(request) }
    const { commerce } = readNumberState(world, number.phoneNumberId)
    changeNumberState(world, number.phoneNumberId, {
      commerce: {
        is_cart_enabled: readFlag(given.is_cart_enabled, commerce.is_cart_enabled),
        is_catalog_visible: readFlag(given.is_catalog_visible, commerce.is_catalog_visible),
      },
    })
    return { success: true }
  })

  app.get('/:id/conversational_automation', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    return { ...readNumberState(world, number.phoneNumberId).automation, id: number.phoneNumberId }
  })
  app.post('/:id/conversational_automation', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    changeNumberState(world, number.phoneNumberId, { automation: readAutomation(bodyOf(request)) })
    return { success: true }
  })

  app.get('/:id/whatsapp_business_encryption', async (request: IdRequest, reply) => {
    const { encryptionKey } = readNumberState(world, enter(request, reply).phoneNumberId)
    const entry = { business_public_key: encryptionKey ?? '', business_public_key_signature_status: encryptionKey ? 'VALID' : 'MISMATCH' }
    return { ...entry, data: [entry] }
  })
  app.post('/:id/whatsapp_business_encryption', async (request: IdRequest, reply) => {
    const number = enter(request, reply)
    const { fields } = await readForm(request)
    const key = readText(fields, 'business_public_key')
    if (!key?.includes('BEGIN PUBLIC KEY')) throw parameterError('Param business_public_key must be a 2048-bit RSA public key in PEM format.')
    changeNumberState(world, number.phoneNumberId, { encryptionKey: key })
    return { success: true }
  })
}

function readFlag(value: Json, fallback: boolean): boolean {
  return value === undefined || value === null ? fallback : String(value) === 'true'
}

/** `POST /{PNID}/settings`; changes are told by `account_settings_update`. */
function changeSettings(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  const given = Object.fromEntries(Object.entries(body).filter(([key, value]) => SETTINGS.includes(key) && isObject(value)))
  if (Object.keys(given).length === 0) throw parameterError(`One of the parameters ${SETTINGS.join(', ')} is required.`)
  const state = readNumberState(world, number.phoneNumberId)
  const calling = given.calling
  if (isObject(calling)) {
    if (calling.status !== undefined && calling.status !== 'ENABLED' && calling.status !== 'DISABLED')
      throw parameterError('Param calling[status] must be one of {ENABLED, DISABLED}')
    if (calling.status === 'ENABLED' && TOO_SMALL_FOR_CALLS.includes(state.messagingLimit)) throw messagingError(138015)
  }
  const storage = given.storage_configuration
  if (
    isObject(storage) &&
    !['IN_COUNTRY_STORAGE_ENABLED', 'NO_STORAGE_ENABLED', 'DEFAULT', 'NO_STORAGE_DISABLED', 'IN_COUNTRY_STORAGE_DISABLED'].includes(String(storage.status))
  ) {
    throw parameterError('Param storage_configuration[status] is not valid.')
  }
  const merged: JsonObject = { ...state.settings }
  for (const [key, value] of Object.entries(given)) merged[key] = { ...(isObject(merged[key]) ? merged[key] : {}), ...(isObject(value) ? value : {}) }
  changeNumberState(world, number.phoneNumberId, { settings: merged })
  queueNumberChange(engine, number, 'account_settings_update', {
    messaging_product: 'whatsapp',
    timestamp: String(Math.floor(world.now() / 1000)),
    type: 'phone_number_settings',
    phone_number_settings: { phone_number_id: number.phoneNumberId, ...given },
  })
  return { success: true }
}

/** Ice breakers and commands (Cloud API, conversational components). */
function readAutomation(body: JsonObject): JsonObject {
  const prompts = body.prompts === undefined ? [] : body.prompts
  if (!Array.isArray(prompts) || prompts.length > 4 || prompts.some((text) => typeof text !== 'string' || [...text].length > 80)) {
    throw parameterError('Param prompts must be at most 4 texts of at most 80 characters.')
  }
  const commands = readObjects(body, 'commands')
  if (commands.length > 30) throw parameterError('Param commands has at most 30 commands.')
  for (const command of commands) {
    const name = readText(command, 'command_name')
    const description = readText(command, 'command_description')
    if (!name || !description || [...name].length > 32 || [...description].length > 256)
      throw parameterError('A command has a name of 32 and a description of 256 characters.')
  }
  return { prompts, commands, ...(body.enable_welcome_message === undefined ? {} : { enable_welcome_message: body.enable_welcome_message }) }
}
