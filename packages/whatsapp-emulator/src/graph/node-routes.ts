import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import type { Engine } from '../state/engine.ts'
import { bodyOf } from './body-of.ts'
import { describeTemplateAnalytics } from './describe-analytics.ts'
import { describeNumber, pickAccount, pickNumber } from './describe-nodes.ts'
import { listByToken, requireAccountAccess, requireNumberAccess } from './find-by-token.ts'
import { describeTemplate, TEMPLATE_DEFAULTS } from './find-template.ts'
import { changeFlow, deleteFlow, describeFlow, FLOW_DEFAULTS, findFlowByToken } from './flow-nodes.ts'
import { unknownObject } from './graph-error.ts'
import { changeGroup, deleteGroup, describeGroup, findGroupByToken } from './group-nodes.ts'
import type { ManagementLimit } from './limit-management.ts'
import { describeMedia, findRequestedMedia, removeMedia } from './media-routes.ts'
import { paginate, queryOf } from './paginate.ts'
import { pickFields } from './select-fields.ts'
import { changeNumber } from './subscribe-webhooks.ts'
import { editTemplate, findTemplateByToken } from './template-routes.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>

/**
 * Single objects by id: numbers, accounts, portfolios, media, templates, flows, groups. Graph has one path for all of them
 * (Graph API, nodes).
 */
export function registerNodeRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine

  app.get('/:id', async (request: IdRequest, reply) => readNode(engine, request, reply, count))

  app.post('/:id', async (request: IdRequest, reply) => {
    const { id } = request.params
    const numbers = enter(engine, request, reply, count)
    const number = numbers.find((entry) => entry.phoneNumberId === id)
    if (number) return changeNumber(world, requireNumberAccess(world, request, id, 'whatsapp_business_management'), bodyOf(request))
    const template = findTemplateByToken(engine, request, id)
    if (template) return editTemplate(engine, template, bodyOf(request))
    const flow = findFlowByToken(engine, request, id)
    if (flow) return changeFlow(engine, flow, request)
    const group = findGroupByToken(engine, request, id)
    if (group) return changeGroup(engine, group, request)
    throw unknownObject('POST', id)
  })

  app.delete('/:id', async (request: IdRequest, reply) => {
    const { id } = request.params
    enter(engine, request, reply, count)
    const flow = findFlowByToken(engine, request, id)
    if (flow) return deleteFlow(engine, flow)
    const group = findGroupByToken(engine, request, id)
    if (group) return deleteGroup(engine, group)
    return removeMedia(engine, findRequestedMedia(engine, request, id), id)
  })

  app.get('/:id/phone_numbers', async (request: IdRequest, reply) => {
    const numbers = requireAccountAccess(world, request, request.params.id)
    count(reply, numbers[0])
    const { fields } = queryOf(request)
    const shown = numbers.map((number) => (fields ? pickFields(describeNumber(world, number), fields, []) : pickNumber(world, number, undefined)))
    return paginate(world, request, shown)
  })

  app.get('/:id/template_analytics', async (request: IdRequest, reply) => {
    const [number] = requireAccountAccess(world, request, request.params.id)
    count(reply, number)
    return describeTemplateAnalytics(world, number, queryOf(request))
  })

  for (const edge of ['owned_whatsapp_business_accounts', 'client_whatsapp_business_accounts'] as const) {
    app.get(`/:id/${edge}`, async (request: IdRequest, reply) => {
      const own = enter(engine, request, reply, count).filter((number) => number.businessId === request.params.id)
      if (own.length === 0) throw unknownObject('GET', request.params.id)
      const accounts = edge.startsWith('client') ? [] : [...new Map(own.map((number) => [number.wabaId, number])).values()]
      const shown = accounts.map((number) => pickAccount(world, number, queryOf(request).fields))
      return paginate(world, request, shown)
    })
  }
}

/** The numbers of the token, the call counted. */
function enter(engine: Engine, request: FastifyRequest, reply: FastifyReply, count: ManagementLimit): BusinessNumber[] {
  const numbers = listByToken(engine.world, request)
  if (numbers[0]) count(reply, numbers[0])
  return numbers
}

function readNode(engine: Engine, request: IdRequest, reply: FastifyReply, count: ManagementLimit): JsonObject {
  const { id } = request.params
  const { world } = engine
  const { fields } = queryOf(request)
  const numbers = listByToken(world, request)
  const file = findRequestedMedia(engine, request, id)
  if (file) return describeMedia(engine, file)
  if (numbers[0]) count(reply, numbers[0])
  const number = numbers.find((entry) => entry.phoneNumberId === id)
  if (number) return pickNumber(world, number, fields)
  const account = numbers.find((entry) => entry.wabaId === id)
  if (account) return pickAccount(world, account, fields)
  const business = numbers.find((entry) => entry.businessId === id)
  if (business) return pickFields({ id, name: business.verifiedName, verification_status: 'verified' }, fields, ['id', 'name'])
  const template = findTemplateByToken(engine, request, id)
  if (template) return pickFields(describeTemplate(template), fields, TEMPLATE_DEFAULTS)
  const flow = findFlowByToken(engine, request, id)
  if (flow) return pickFields(describeFlow(engine, flow), fields, FLOW_DEFAULTS)
  const group = findGroupByToken(engine, request, id)
  if (group) return pickFields(describeGroup(engine, group), fields, ['id', 'subject'])
  if (id === 'me') return { id: numbers[0]?.businessId, name: numbers[0]?.verifiedName }
  throw unknownObject('GET', id)
}
