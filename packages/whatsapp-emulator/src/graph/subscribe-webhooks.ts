import type { BusinessNumber } from '../emulator-types.ts'
import { isObject, type Json, type JsonObject, readObject } from '../json.ts'
import { changeAppState, changeNumberState, readAppState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { verifyCallback } from '../webhooks/verify-callback.ts'
import { GraphError, parameterError } from './graph-error.ts'

/** `POST /{WABA}/subscribed_apps`, with or without an override (Cloud API, webhooks). Without one, an override is removed. */
export async function subscribeAccount(world: World, numbers: BusinessNumber[], body: JsonObject): Promise<JsonObject> {
  const override = body.override_callback_uri === undefined ? null : await verifyOverride(body.override_callback_uri, body.verify_token)
  for (const number of numbers) world.numbers.put(number.phoneNumberId, { ...number, subscribed: true, accountOverride: override })
  return { success: true }
}

/** `DELETE /{WABA}/subscribed_apps`. */
export function unsubscribeAccount(world: World, numbers: BusinessNumber[]): JsonObject {
  for (const number of numbers) world.numbers.put(number.phoneNumberId, { ...number, subscribed: false, accountOverride: null })
  return { success: true }
}

/** `POST /{PNID}` with `webhook_configuration` or `pin`. */
export async function changeNumber(world: World, number: BusinessNumber, body: JsonObject): Promise<JsonObject> {
  const configuration = readObject(body, 'webhook_configuration')
  if (configuration) {
    const uri = configuration.override_callback_uri
    const override = uri === '' ? null : await verifyOverride(uri, configuration.verify_token)
    world.numbers.put(number.phoneNumberId, { ...number, numberOverride: override })
    return { success: true }
  }
  if (/^\d{6}$/.test(String(body.pin ?? ''))) {
    changeNumberState(world, number.phoneNumberId, { pin: String(body.pin) })
    return { success: true }
  }
  if (body.pin !== undefined) throw parameterError('Param pin must be a 6-digit string.')
  throw parameterError('The parameter pin or webhook_configuration is required.')
}

/** `POST /{APP_ID}/subscriptions`: the callback of the app (Cloud API, webhooks; the exact answer is our reading). */
export async function subscribeApp(world: World, numbers: BusinessNumber[], body: JsonObject): Promise<JsonObject> {
  if (body.object !== 'whatsapp_business_account') throw parameterError('Param object must be one of {WHATSAPP_BUSINESS_ACCOUNT}')
  const fields = readFields(body.fields)
  const callbackUrl = await verifyOverride(body.callback_url, body.verify_token)
  const [first] = numbers
  if (first) changeAppState(world, first.appId, { fields })
  for (const number of numbers) {
    world.numbers.put(number.phoneNumberId, { ...number, callbackUrl, verifyToken: String(body.verify_token ?? '') })
  }
  return { success: true }
}

/** `messages,calls`, a list, or nothing: then all fields stay subscribed. */
function readFields(given: Json): string[] | null {
  const list =
    typeof given === 'string' ? given.split(',') : Array.isArray(given) ? given.map((entry) => (isObject(entry) ? String(entry.name) : String(entry))) : []
  const names = list.map((name) => name.trim()).filter(Boolean)
  return names.length > 0 ? names : null
}

/** `GET /{APP_ID}/subscriptions`. */
export function describeAppSubscriptions(world: World, number: BusinessNumber): JsonObject {
  if (!number.callbackUrl) return { data: [] }
  const fields = readAppState(world, number.appId).fields ?? ['messages']
  const shown = fields.map((name) => ({ name, version: world.scenario.webhookVersion }))
  return { data: [{ object: 'whatsapp_business_account', callback_url: number.callbackUrl, active: true, fields: shown }] }
}

async function verifyOverride(uri: unknown, verifyToken: unknown): Promise<string> {
  if (typeof uri !== 'string' || uri === '') throw parameterError('The parameter override_callback_uri is required.')
  if (uri.length > 200) throw parameterError('Param override_callback_uri must be at most 200 characters long.')
  if (typeof verifyToken !== 'string' || verifyToken === '') throw parameterError('The parameter verify_token is required.')
  try {
    await verifyCallback(uri, verifyToken)
  } catch (error) {
    throw new GraphError(400, {
      message: `(#2200) Callback verification failed: ${error instanceof Error ? error.message : String(error)}`,
      type: 'OAuthException',
      code: 2200,
    })
  }
  return uri
}
