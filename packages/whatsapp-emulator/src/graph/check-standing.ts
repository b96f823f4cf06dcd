import type { BusinessNumber, Chat } from '../emulator-types.ts'
import { isObject, type JsonObject, readText } from '../json.ts'
import { readAccountState, readNumberState } from '../state/platform-state.ts'
import type { World } from '../state/world.ts'
import { messagingError } from './graph-error.ts'
import { readSentinel } from './sentinel-numbers.ts'

/**
 * May this number send at all: registered, not in maintenance, not failing by order.
 * @throws GraphError 133010, 131057, or the code of `sendFault`.
 */
export function checkNumberMaySend(world: World, number: BusinessNumber): void {
  const state = readNumberState(world, number.phoneNumberId)
  if (!number.registered) throw messagingError(133010)
  if ((state.maintenanceUntil ?? 0) > world.now()) throw messagingError(131057)
  if (number.sendFault !== null) throw messagingError(number.sendFault)
}

/**
 * May the account send this, and to this person (Cloud API, policy enforcement).
 * @param answers true for a free-form message within the open window.
 * @throws GraphError 131031, 368, 131030 or 131037.
 */
export function checkStanding(world: World, number: BusinessNumber, waId: string, answers: boolean): void {
  const account = readAccountState(world, number.wabaId)
  const over = account.standingUntil !== null && account.standingUntil <= world.now()
  const standing = over ? 'ok' : account.standing
  if (standing === 'locked' || standing === 'banned') throw messagingError(131031)
  if (standing === 'restricted' && !answers) throw messagingError(368)
  const { allowedRecipients, nameStatus } = readNumberState(world, number.phoneNumberId)
  if (allowedRecipients && !allowedRecipients.includes(waId) && !readSentinel(waId)) throw messagingError(131030)
  if (/^\+?1\D*555/.test(number.displayPhoneNumber) && !['APPROVED', 'AVAILABLE_WITHOUT_REVIEW'].includes(nameStatus)) throw messagingError(131037)
}

/**
 * What stands between these two: the business blocked him, or his identity changed and was not acknowledged
 * (Cloud API, identity change check).
 * @throws GraphError 130403 or 137000.
 */
export function checkChat(world: World, number: BusinessNumber, chat: Chat | undefined, body: JsonObject): void {
  if (chat?.blockedByBusiness) throw messagingError(130403)
  const given = readText(body, 'recipient_identity_key_hash')
  const check = readNumberState(world, number.phoneNumberId).settings.user_identity_change
  const enabled = isObject(check) && check.enable_identity_key_check === true
  if (!enabled && given === undefined) return
  const known = chat?.identityKeyHash
  if (given !== undefined && given !== known) throw messagingError(137000)
  if (chat?.identityAcknowledged !== false) return
  if (given === undefined) throw messagingError(137000)
  world.chats.put(`${chat.phoneNumberId}:${chat.waId}`, { ...chat, identityAcknowledged: true })
}
