import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { createObjectId } from '../create-identifiers.ts'
import type { Flow } from '../emulator-types.ts'
import type { Engine } from '../state/engine.ts'
import { readForm } from './body-of.ts'
import { listByToken, requireAccountAccess } from './find-by-token.ts'
import { deprecateFlow, describeFlow, FLOW_DEFAULTS, findFlowByToken, publishFlow, readCategories, validateFlowJson } from './flow-nodes.ts'
import { parameterError, unknownObject } from './graph-error.ts'
import type { ManagementLimit } from './limit-management.ts'
import { paginate, queryOf } from './paginate.ts'
import { pickFields } from './select-fields.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
const EMPTY_FLOW = JSON.stringify({ version: '7.0', screens: [] })

/** Flows of an account: list, create, asset, publish, deprecate (Cloud API, flows). */
export function registerFlowRoutes(app: FastifyInstance, engine: Engine, count: ManagementLimit): void {
  const { world } = engine

  app.get('/:id/flows', async (request: IdRequest, reply) => {
    const [number] = requireAccountAccess(world, request, request.params.id)
    count(reply, number)
    const own = [...world.flows.values()].filter((flow) => flow.wabaId === number.wabaId)
    const shown = own.map((flow) => pickFields(describeFlow(engine, flow), queryOf(request).fields, FLOW_DEFAULTS))
    return paginate(world, request, shown)
  })

  app.post('/:id/flows', async (request: IdRequest, reply) => {
    const [number] = requireAccountAccess(world, request, request.params.id)
    count(reply, number)
    const { fields } = await readForm(request)
    if (typeof fields.name !== 'string' || fields.name === '') throw parameterError('The parameter name is required.')
    const source = typeof fields.clone_flow_id === 'string' ? findFlowByToken(engine, request, fields.clone_flow_id) : undefined
    const json = typeof fields.flow_json === 'string' ? fields.flow_json : (source?.json ?? EMPTY_FLOW)
    const draft: Flow = {
      id: createObjectId(),
      wabaId: number.wabaId,
      name: fields.name,
      categories: readCategories(fields.categories),
      status: 'DRAFT',
      endpointUri: typeof fields.endpoint_uri === 'string' ? fields.endpoint_uri : null,
      json,
      createdAt: world.now(),
    }
    if ([...world.flows.values()].some((flow) => flow.wabaId === number.wabaId && flow.name === draft.name))
      throw parameterError('There is a flow of this name.')
    world.flows.put(draft.id, draft)
    world.emit({ kind: 'state' })
    const errors = validateFlowJson(json)
    if (String(fields.publish) === 'true' && errors.length === 0) publishFlow(engine, draft)
    return { id: draft.id, success: true, ...(fields.flow_json === undefined ? {} : { validation_errors: errors }) }
  })

  const requireFlow = (request: IdRequest, reply: FastifyReply): Flow => {
    const [number] = listByToken(world, request, 'whatsapp_business_management')
    if (number) count(reply, number)
    const flow = findFlowByToken(engine, request, request.params.id)
    if (!flow) throw unknownObject(request.method, request.params.id)
    return flow
  }
  app.get('/:id/assets', async (request: IdRequest, reply) => {
    const flow = requireFlow(request, reply)
    const url = `data:application/json;base64,${Buffer.from(flow.json).toString('base64')}`
    return paginate(world, request, [{ name: 'flow.json', asset_type: 'FLOW_JSON', download_url: url }])
  })
  app.post('/:id/assets', async (request: IdRequest, reply) => {
    const flow = requireFlow(request, reply)
    const { fields, file } = await readForm(request)
    if (!file) throw parameterError('The parameter file is required.')
    if (fields.asset_type !== 'FLOW_JSON') throw parameterError('Param asset_type must be one of {FLOW_JSON}')
    const json = file.bytes.toString('utf8')
    world.flows.put(flow.id, { ...flow, json })
    return { success: true, validation_errors: validateFlowJson(json) }
  })
  app.post('/:id/publish', async (request: IdRequest, reply) => publishFlow(engine, requireFlow(request, reply)))
  app.post('/:id/deprecate', async (request: IdRequest, reply) => deprecateFlow(engine, requireFlow(request, reply)))
}
