import { randomBytes } from 'node:crypto'
import { createObjectId } from '../create-identifiers.ts'
import type { BusinessNumber, ChatMessage, Group } from '../emulator-types.ts'
import type { Json, JsonObject } from '../json.ts'
import { buildGroupStatus, buildGroupValue, describeParticipant } from '../webhooks/build-group-values.ts'
import { queueNumberChange } from '../webhooks/queue-change.ts'
import { changeMessage } from './change-message.ts'
import type { Engine } from './engine.ts'
import { keepPrice } from './run-status-flow.ts'
import type { World } from './world.ts'

/** Most people in a group, the business not counted (Cloud API, groups). */
export const MOST_PARTICIPANTS = 8

export function createInviteCode(): string {
  return randomBytes(16).toString('base64url').replace(/[-_]/g, 'x').slice(0, 22)
}

export function inviteLinkOf(group: Group): string {
  return `https://chat.whatsapp.com/${group.inviteCode}`
}

/** The groups of a number, oldest first. */
export function listGroups(world: World, phoneNumberId: string): Group[] {
  return [...world.groups.values()].filter((group) => group.phoneNumberId === phoneNumberId)
}

/** Tells the result of a group operation after a moment, as Meta does. */
export function tellGroup(engine: Engine, number: BusinessNumber, field: string, groupId: string, entry: JsonObject): void {
  queueNumberChange(engine, number, field, buildGroupValue(engine.world, number, groupId, entry), `group:${groupId}`)
}

/** Creates a group; nobody is in it until somebody opens the invite link. The result is told by `group_lifecycle_update`. */
export function createGroup(
  engine: Engine,
  number: BusinessNumber,
  input: Pick<Group, 'subject' | 'description' | 'joinApprovalMode'> & { requestId: string },
): void {
  const { world } = engine
  const { requestId, ...given } = input
  world.after(world.scenario.groupMs, () => {
    const group: Group = {
      ...given,
      id: `Y2FwaV9ncm91cDo${createObjectId()}`,
      phoneNumberId: number.phoneNumberId,
      inviteCode: createInviteCode(),
      participants: [],
      joinRequests: [],
      suspended: false,
      createdAt: world.now(),
    }
    world.groups.put(group.id, group)
    world.emit({ kind: 'state' })
    tellGroup(engine, number, 'group_lifecycle_update', group.id, {
      type: 'group_create',
      request_id: requestId,
      subject: group.subject,
      ...(group.description ? { description: group.description } : {}),
      invite_link: inviteLinkOf(group),
      join_approval_mode: group.joinApprovalMode,
    })
    // As with templates, the name may tell what comes of it.
    if (group.subject.startsWith('suspend_')) suspendGroup(engine, group.id, true)
  })
}

/** A customer opens an invite link: he joins, or asks to. @returns the group, or undefined when the link is not valid or the group full. */
export function joinGroup(engine: Engine, inviteCode: string, waId: string): Group | undefined {
  const { world } = engine
  const code = inviteCode.split('/').pop() ?? ''
  const group = [...world.groups.values()].find((entry) => entry.inviteCode === code)
  const number = group && world.numbers.get(group.phoneNumberId)
  if (!group || !number || group.suspended || group.participants.length >= MOST_PARTICIPANTS) return undefined
  if (group.participants.includes(waId)) return group
  if (group.joinApprovalMode === 'approval_required') {
    const request = { id: createObjectId(), waId, at: world.now() }
    const asked = world.groups.put(group.id, { ...group, joinRequests: [...group.joinRequests.filter((entry) => entry.waId !== waId), request] })
    world.emit({ kind: 'state' })
    tellGroup(engine, number, 'group_participants_update', group.id, {
      type: 'group_join_request_created',
      join_request_id: request.id,
      ...describeParticipant(world, number, waId),
    })
    return asked
  }
  return addParticipants(engine, number, group, [waId], 'invite_link')
}

/** Adds people to a group and tells `group_participants_update`. */
export function addParticipants(engine: Engine, number: BusinessNumber, group: Group, waIds: string[], reason: string): Group {
  const { world } = engine
  const changed = world.groups.put(group.id, {
    ...group,
    participants: [...new Set([...group.participants, ...waIds])],
    joinRequests: group.joinRequests.filter((request) => !waIds.includes(request.waId)),
  })
  world.emit({ kind: 'state' })
  const added: Json[] = waIds.map((waId) => describeParticipant(world, number, waId))
  tellGroup(engine, number, 'group_participants_update', group.id, { type: 'group_participants_add', reason, added_participants: added })
  return changed
}

/** Takes people out of a group: by the business, or because they left. */
export function removeParticipants(
  engine: Engine,
  number: BusinessNumber,
  group: Group,
  waIds: string[],
  by: 'business' | 'participant',
  requestId?: string,
): Group {
  const { world } = engine
  const changed = world.groups.put(group.id, { ...group, participants: group.participants.filter((waId) => !waIds.includes(waId)) })
  world.emit({ kind: 'state' })
  const removed: Json[] = waIds.map((waId) => describeParticipant(world, number, waId))
  tellGroup(engine, number, 'group_participants_update', group.id, {
    type: 'group_participants_remove',
    ...(requestId ? { request_id: requestId } : {}),
    removed_participants: removed,
    initiated_by: by,
  })
  return changed
}

/** Meta suspends a group, or lifts it. */
function suspendGroup(engine: Engine, groupId: string, suspended: boolean): void {
  const group = engine.world.groups.get(groupId)
  const number = group && engine.world.numbers.get(group.phoneNumberId)
  if (!group || !number) return
  engine.world.groups.put(groupId, { ...group, suspended })
  engine.world.emit({ kind: 'state' })
  tellGroup(engine, number, 'group_status_update', groupId, { type: suspended ? 'group_suspend' : 'group_suspend_cleared' })
}

/** The way of a group message: sent once, then delivered and read for every participant (Cloud API, groups). */
export function startGroupStatuses(engine: Engine, number: BusinessNumber, group: Group, message: ChatMessage): void {
  const { world } = engine
  const participants = [...group.participants]
  const report = (status: 'sent' | 'delivered' | 'read', priced: boolean): void => {
    const current = world.messages.get(message.id)
    if (!current) return
    if (priced && current.pricing === undefined) keepPrice(world, number, current)
    changeMessage(world, message.id, (changed) => {
      changed.status = status
      changed.statusTimes = { ...changed.statusTimes, [status]: world.now() }
    })
    const value = buildGroupStatus(world, number, current, status, status === 'sent' ? [] : participants, priced ? (current.pricing ?? null) : null)
    queueNumberChange(engine, number, 'messages', value, `group:${group.id}`)
  }
  const { sentMs, deliveredMs, readMs, autoRead } = world.scenario
  world.after(sentMs, () => {
    report('sent', true)
    if (message.type === 'reaction' || message.type === 'pin' || participants.length === 0) return
    world.after(deliveredMs, () => {
      report('delivered', true)
      if (autoRead) world.after(readMs, () => report('read', false))
    })
  })
}
