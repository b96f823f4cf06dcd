import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'

/** Queues a webhook of a number (calls, groups, …) in the order of `lane`. */
export function queueNumberChange(engine: Engine, number: BusinessNumber, field: string, value: JsonObject, lane = `number:${number.phoneNumberId}`): void {
  engine.webhooks.queue({ phoneNumberId: number.phoneNumberId, wabaId: number.wabaId, field, value, inboundIds: [], lane })
}

/** Queues a webhook of an account (templates, alerts, …); it goes to the app's callback, never to an override (Cloud API, webhook overrides). */
export function queueAccountChange(engine: Engine, wabaId: string, field: string, value: JsonObject): void {
  const numbers = [...engine.world.numbers.values()].filter((number) => number.wabaId === wabaId)
  const number = numbers.find((entry) => entry.callbackUrl) ?? numbers[0]
  if (number) queueNumberChange(engine, number, field, value, `account:${wabaId}`)
}
