import type { BusinessNumber } from '../emulator-types.ts'
import { type JsonObject, readText } from '../json.ts'
import { addMessage } from '../state/change-message.ts'
import type { Engine } from '../state/engine.ts'
import { startGroupStatuses } from '../state/groups.ts'
import { readNumberState } from '../state/platform-state.ts'
import { type Accepted, applyOwnReaction, createOutbound, fetchLink, findLink } from './accept-business-message.ts'
import type { LimitChecker } from './check-limits.ts'
import { checkStanding } from './check-standing.ts'
import { findTemplateToSend } from './check-template.ts'
import { messagingError, parameterError } from './graph-error.ts'
import { validateMessage } from './validate-message.ts'

const WINDOW_MS = 24 * 3600_000

/**
 * A message to a group (Cloud API, groups): text, media, reactions, templates and pins.
 * @throws GraphError 131041, 131020, 131207, 131215, 131047 and those of any send.
 */
export function sendToGroup(engine: Engine, checkLimits: LimitChecker, number: BusinessNumber, body: JsonObject): JsonObject {
  const { world } = engine
  const id = readText(body, 'to')
  if (!id) throw parameterError('The parameter to is required.')
  if (readNumberState(world, number.phoneNumberId).coexistence) throw messagingError(131215)
  const group = world.groups.get(id)
  if (group?.phoneNumberId !== number.phoneNumberId) throw messagingError(131041)
  if (group.suspended) throw messagingError(131207)
  const type = validateMessage(world, number, body)
  const template = type === 'template' ? findTemplateToSend(engine, number, body) : null
  checkStanding(world, number, group.participants[0] ?? '', template === null)
  if (group.participants.length === 0) throw messagingError(131020)
  checkLimits(number.phoneNumberId, group.id)
  if (world.scenario.windowCheck && type !== 'template' && !isGroupOpen(engine, group.id)) throw messagingError(131047)
  const sent: Accepted = { waId: group.id, body: { ...body, type }, template, sentinel: null, byUserId: false, marketingLite: false }
  const message = addMessage(world, { ...createOutbound(world, number, sent), groupId: group.id })
  applyOwnReaction(world, message)
  const start = (): void => startGroupStatuses(engine, number, group, message)
  const link = findLink(message.type, message.content)
  if (link) void fetchLink(engine, message, link, start)
  else start()
  return {
    messaging_product: 'whatsapp',
    contacts: [{ input: group.id, wa_id: group.id }],
    messages: [{ id: message.id, message_status: 'accepted', group_id: group.id }],
  }
}

/** Somebody of the group wrote in the last 24 hours. */
function isGroupOpen(engine: Engine, groupId: string): boolean {
  const since = engine.world.now() - WINDOW_MS
  for (const message of engine.world.messages.values()) {
    if (message.groupId === groupId && message.direction === 'inbound' && message.timestamp > since) return true
  }
  return false
}
