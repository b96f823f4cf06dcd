import { randomUUID } from 'node:crypto'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber, Group } from '../emulator-types.ts'
import { type Json, type JsonObject, readText } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { addParticipants, createGroup, createInviteCode, inviteLinkOf, listGroups, MOST_PARTICIPANTS, removeParticipants, tellGroup } from '../state/groups.ts'
import { readNumberState } from '../state/platform-state.ts'
import { describeParticipant } from '../webhooks/build-group-values.ts'
import { bodyOf } from './body-of.ts'
import { listByToken, requireNumberAccess } from './find-by-token.ts'
import { messagingError, parameterError, unknownObject } from './graph-error.ts'
import { checkGroupText, findGroupByToken, findPerson, ownerOf } from './group-nodes.ts'
import type { ManagementLimit } from './limit-management.ts'
import { paginate } from './paginate.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
const MOST_GROUPS = 10_000

/** Groups: official business accounts only; changes are answered with a request id and told by webhook (Cloud API, groups). */
export function registerGroupRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine
  const enter = (request: IdRequest, reply: FastifyReply): Group => {
    const [number] = listByToken(world, request, 'whatsapp_business_messaging')
    if (number) count(reply, number)
    const group = findGroupByToken(engine, request, request.params.id)
    if (!group) throw unknownObject(request.method, request.params.id)
    return group
  }

  app.post('/:id/groups', async (request: IdRequest, reply) => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_messaging')
    count(reply, number)
    return startGroup(engine, number, bodyOf(request))
  })
  app.get('/:id/groups', async (request: IdRequest, reply) => {
    const number = requireNumberAccess(world, request, request.params.id, 'whatsapp_business_messaging')
    count(reply, number)
    const groups = listGroups(world, number.phoneNumberId)
    const { data, paging } = paginate(
      world,
      request,
      groups.map((group) => ({ id: group.id, subject: group.subject, created_at: String(Math.floor(group.createdAt / 1000)) })),
    )
    return { data: { groups: data }, ...(paging ? { paging } : {}) }
  })

  for (const method of ['GET', 'POST', 'DELETE'] as const) {
    app.route({
      method,
      url: '/:id/invite_link',
      handler: async (request, reply) => {
        let group = enter(request as IdRequest, reply)
        if (method !== 'GET') group = world.groups.put(group.id, { ...group, inviteCode: createInviteCode() })
        // The one place where Meta answers success as a text.
        return { messaging_product: 'whatsapp', ...(method === 'DELETE' ? { success: 'true' } : { invite_link: inviteLinkOf(group) }) }
      },
    })
  }

  app.get('/:id/join_requests', async (request: IdRequest, reply) => {
    const group = enter(request, reply)
    const number = ownerOf(engine, group)
    const shown = group.joinRequests.map((entry) => ({
      join_request_id: entry.id,
      ...describeParticipant(world, number, entry.waId),
      creation_timestamp: Math.floor(entry.at / 1000),
    }))
    return paginate(world, request, shown)
  })
  app.post('/:id/join_requests', async (request: IdRequest, reply) => answerRequests(engine, enter(request, reply), bodyOf(request), true))
  app.delete('/:id/join_requests', async (request: IdRequest, reply) => answerRequests(engine, enter(request, reply), bodyOf(request), false))
  app.delete('/:id/participants', async (request: IdRequest, reply) => dropParticipants(engine, enter(request, reply), bodyOf(request)))
  app.post('/:id/participants', async (request: IdRequest, reply) => {
    enter(request, reply)
    throw messagingError(131009, 'Parameter value is not valid: people join by the invite link only')
  })
}

function startGroup(engine: Engine, number: BusinessNumber, body: JsonObject): JsonObject {
  if (body.messaging_product !== 'whatsapp') throw parameterError('The parameter messaging_product is required.')
  const state = readNumberState(engine.world, number.phoneNumberId)
  if (!state.official || state.coexistence) throw messagingError(131215)
  if (listGroups(engine.world, number.phoneNumberId).length >= MOST_GROUPS) throw messagingError(131211)
  const subject = checkGroupText(body.subject, 'subject', 128)
  if (subject === '') throw messagingError(131008, 'Required parameter is missing: subject')
  const description = body.description === undefined ? '' : checkGroupText(body.description, 'description', 2048)
  const mode = body.join_approval_mode ?? 'auto_approve'
  if (mode !== 'auto_approve' && mode !== 'approval_required') throw messagingError(131009, 'Parameter value is not valid: join_approval_mode')
  const requestId = randomUUID()
  createGroup(engine, number, { subject, description, joinApprovalMode: mode, requestId })
  return { messaging_product: 'whatsapp', request_id: requestId }
}

/** Approves (`POST`) or rejects (`DELETE`) join requests; some may fail, then the answer is an error with the lists in it. */
function answerRequests(engine: Engine, group: Group, body: JsonObject, approve: boolean): JsonObject {
  const ids = Array.isArray(body.join_requests) ? body.join_requests.map(String) : []
  if (ids.length === 0) throw messagingError(131008, 'Required parameter is missing: join_requests')
  if (new Set(ids).size < ids.length) throw messagingError(131202)
  const known = group.joinRequests.filter((request) => ids.includes(request.id))
  const missing = ids.filter((id) => !known.some((request) => request.id === id))
  if (known.length === 0) throw messagingError(131213)
  if (approve && group.participants.length + known.length > MOST_PARTICIPANTS) throw messagingError(131204)
  const waIds = known.map((request) => request.waId)
  const number = ownerOf(engine, group)
  if (approve) addParticipants(engine, number, group, waIds, 'join_request')
  else {
    engine.world.groups.put(group.id, { ...group, joinRequests: group.joinRequests.filter((request) => !known.includes(request)) })
    for (const request of known) {
      tellGroup(engine, number, 'group_participants_update', group.id, {
        type: 'group_join_request_revoked',
        join_request_id: request.id,
        ...describeParticipant(engine.world, number, request.waId),
      })
    }
  }
  const done = known.map((request) => request.id)
  const failed: Json[] = missing.map((id) => ({
    join_request_id: id,
    errors: [{ code: '131213', title: 'No such join request', message: 'The join request does not exist.' }],
  }))
  return {
    messaging_product: 'whatsapp',
    [approve ? 'approved_join_requests' : 'rejected_join_requests']: done,
    ...(failed.length > 0 ? { failed_join_requests: failed, errors: [{ code: '131201', title: 'Partial success', message: 'Some requests failed.' }] } : {}),
  }
}

function dropParticipants(engine: Engine, group: Group, body: JsonObject): JsonObject {
  const entries = Array.isArray(body.participants) ? body.participants : []
  if (entries.length === 0) throw messagingError(131008, 'Required parameter is missing: participants')
  if (entries.length > MOST_PARTICIPANTS) throw messagingError(131204)
  const number = ownerOf(engine, group)
  const people = entries.map((entry) => findPerson(engine, number, entry))
  if (new Set(people.map(({ input }) => input)).size < people.length) throw messagingError(131202)
  const waIds = people.flatMap(({ waId }) => (waId !== undefined && group.participants.includes(waId) ? [waId] : []))
  if (waIds.length === 0) throw messagingError(131212)
  const requestId = readText(body, 'request_id') ?? randomUUID()
  engine.world.after(engine.world.scenario.groupMs, () => {
    const current = engine.world.groups.get(group.id)
    if (current) removeParticipants(engine, number, current, waIds, 'business', requestId)
  })
  return { messaging_product: 'whatsapp', request_id: requestId }
}
