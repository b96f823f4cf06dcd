import type { BusinessNumber, ChatMessage } from '../emulator-types.ts'
import type { Json, JsonObject } from '../json.ts'
import type { World } from '../state/world.ts'
import { buildMetadata, identifyCustomer, toSeconds } from './build-webhook-values.ts'

/** A member of a group as group webhooks name him. */
export function describeParticipant(world: World, number: BusinessNumber, waId: string): JsonObject {
  const shown = identifyCustomer(world, number, waId)
  return { ...(shown.phone ? { wa_id: shown.phone, input: shown.phone } : {}), ...(shown.userId ? { user_id: shown.userId } : {}) }
}

/** `value` of the four group fields (Cloud API, group webhooks). */
export function buildGroupValue(world: World, number: BusinessNumber, groupId: string, entry: JsonObject): JsonObject {
  return {
    messaging_product: 'whatsapp',
    metadata: buildMetadata(number),
    groups: [{ timestamp: toSeconds(world.now()), group_id: groupId, ...entry }],
  }
}

/** Statuses of a group message: one for `sent`, one per participant for the others, all in one POST. */
export function buildGroupStatus(
  world: World,
  number: BusinessNumber,
  message: ChatMessage,
  status: 'sent' | 'delivered' | 'read',
  participants: string[],
  pricing: JsonObject | null,
): JsonObject {
  const common: JsonObject = {
    id: message.id,
    status,
    timestamp: toSeconds(world.now()),
    recipient_id: message.groupId,
    recipient_type: 'group',
    ...(message.callbackData ? { biz_opaque_callback_data: message.callbackData } : {}),
  }
  const statuses: Json[] =
    participants.length === 0
      ? [{ ...common, ...(pricing ? { pricing } : {}) }]
      : participants.map((waId, place) => {
          const shown = identifyCustomer(world, number, waId)
          return {
            ...common,
            ...(shown.phone ? { recipient_participant_id: shown.phone } : {}),
            ...(shown.userId ? { recipient_participant_user_id: shown.userId } : {}),
            ...(pricing && place === 0 ? { pricing } : {}),
          }
        })
  return { messaging_product: 'whatsapp', metadata: buildMetadata(number), statuses }
}
