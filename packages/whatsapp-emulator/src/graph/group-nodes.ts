import { randomUUID } from 'node:crypto'
import type { FastifyRequest } from 'fastify'
import { keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber, Group } from '../emulator-types.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { findCustomer, findCustomerByUserId } from '../state/find-customer.ts'
import { inviteLinkOf, tellGroup } from '../state/groups.ts'
import { describeParticipant } from '../webhooks/build-group-values.ts'
import { readForm } from './body-of.ts'
import { listByToken } from './find-by-token.ts'
import { messagingError } from './graph-error.ts'

/** The group with this id, when the token reaches its number. */
export function findGroupByToken(engine: Engine, request: FastifyRequest, id: string): Group | undefined {
  const group = engine.world.groups.get(id)
  return group && listByToken(engine.world, request).some((number) => number.phoneNumberId === group.phoneNumberId) ? group : undefined
}

/** The number a group belongs to. */
export function ownerOf(engine: Engine, group: Group): BusinessNumber {
  const number = engine.world.numbers.get(group.phoneNumberId)
  if (!number) throw messagingError(131041)
  return number
}

/** A group as `GET /{GROUP_ID}` shows it (Cloud API, groups). */
export function describeGroup(engine: Engine, group: Group): JsonObject {
  const number = ownerOf(engine, group)
  return {
    messaging_product: 'whatsapp',
    id: group.id,
    subject: group.subject,
    description: group.description,
    creation_timestamp: Math.floor(group.createdAt / 1000),
    suspended: group.suspended,
    join_approval_mode: group.joinApprovalMode,
    total_participant_count: group.participants.length,
    participants: group.participants.map((waId) => describeParticipant(engine.world, number, waId)),
    invite_link: inviteLinkOf(group),
  }
}

/** The subject or description of a group within its limit. */
export function checkGroupText(value: Json, name: string, limit: number): string {
  if (typeof value !== 'string') throw messagingError(131009, `Parameter value is not valid: ${name}`)
  if ([...value].length > limit) throw messagingError(131009, `Parameter value is not valid: ${name} has at most ${limit} characters`)
  return value
}

/** `POST /{GROUP_ID}`: subject and description; the result comes by `group_settings_update`. */
export async function changeGroup(engine: Engine, group: Group, request: FastifyRequest): Promise<JsonObject> {
  const { fields } = await readForm(request)
  const subject = fields.subject === undefined ? undefined : checkGroupText(fields.subject, 'subject', 128)
  const description = fields.description === undefined ? undefined : checkGroupText(fields.description, 'description', 2048)
  const requestId = randomUUID()
  engine.world.after(engine.world.scenario.groupMs, () => {
    const current = engine.world.groups.get(group.id)
    if (!current) return
    engine.world.groups.put(group.id, { ...current, subject: subject ?? current.subject, description: description ?? current.description })
    engine.world.emit({ kind: 'state' })
    tellGroup(engine, ownerOf(engine, group), 'group_settings_update', group.id, {
      type: 'group_settings_update',
      request_id: requestId,
      ...(subject === undefined ? {} : { group_subject: { text: subject, update_successful: true } }),
      ...(description === undefined ? {} : { group_description: { text: description, update_successful: true } }),
    })
  })
  return { messaging_product: 'whatsapp', request_id: requestId }
}

/** `DELETE /{GROUP_ID}`; the result comes by `group_lifecycle_update`. */
export function deleteGroup(engine: Engine, group: Group): JsonObject {
  const requestId = randomUUID()
  const number = ownerOf(engine, group)
  engine.world.after(engine.world.scenario.groupMs, () => {
    engine.world.groups.remove(group.id)
    engine.world.emit({ kind: 'state' })
    tellGroup(engine, number, 'group_lifecycle_update', group.id, { type: 'group_delete', request_id: requestId })
  })
  return { messaging_product: 'whatsapp', request_id: requestId, success: true }
}

/** The person a list entry names: `{user}` or `{user_id}`, a phone or a business-scoped id. */
export function findPerson(engine: Engine, number: BusinessNumber, entry: Json): { input: string; waId: string | undefined } {
  const object = typeof entry === 'object' && entry !== null && !Array.isArray(entry) ? entry : { user: entry }
  const input = String(object.user ?? object.wa_id ?? object.user_id ?? '')
  if (/^[A-Z]{2}\./.test(input)) return { input, waId: findCustomerByUserId(engine.world, number, input)?.waId }
  const digits = keepDigits(input)
  return { input, waId: findCustomer(engine.world, digits)?.waId ?? (digits.length >= 8 ? digits : undefined) }
}
