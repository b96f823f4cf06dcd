import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { CustomerMessage } from '../emulator-types.ts'
import { isObject, type JsonObject } from '../json.ts'
import type { BackstageControl, CallPlan, CrowdPlan, HistoryPlan, PlatformChanges, SystemShape, TemplateDecision } from './backstage-types.ts'
import { ControlError } from './control-error.ts'
import { done, readInput } from './read-input.ts'

type IdRequest = FastifyRequest<{ Params: { id: string } }>
type FieldRequest = FastifyRequest<{ Params: { field: string } }>
interface Choice {
  phoneNumberId?: string
}

/** Routes of what customers do beyond writing (see the README's table). */
export function registerPhoneRoutes(app: FastifyInstance, control: BackstageControl): void {
  app.post('/messages/:id/edit', async (request: IdRequest) => {
    const input = readInput<{ text: string; as?: 'real' | 'unsupported' }>(request, 'text')
    return done(() => control.editMessage(request.params.id, input.text, input))
  })
  app.post('/messages/:id/delete', async (request: IdRequest) => {
    const input = readInput<{ as?: 'real' | 'unsupported' }>(request)
    return done(() => control.deleteMessage(request.params.id, input))
  })
  app.post('/customers/:id/phone', async (request: IdRequest) => {
    const input = readInput<{ phone: string; shape?: SystemShape }>(request, 'phone')
    return control.changePhone(request.params.id, input.phone, input)
  })
  app.post('/customers/:id/user-id', async (request: IdRequest) => control.changeUserId(request.params.id, readInput<{ shape?: SystemShape }>(request)))
  app.post('/customers/:id/identity', async (request: IdRequest) => done(() => control.changeIdentity(request.params.id, readInput<Choice>(request))))
  app.post('/customers/:id/profile', async (request: IdRequest) =>
    control.changeProfile(request.params.id, readInput<{ name?: string; username?: string | null }>(request)),
  )
  app.post('/customers/:id/block', async (request: IdRequest) => {
    const input = readInput<Choice & { blocked?: boolean }>(request)
    return done(() => control.blockBusiness(request.params.id, input.blocked !== false, input))
  })
  app.post('/customers/:id/marketing', async (request: IdRequest) => {
    const input = readInput<Choice & { value: 'stop' | 'resume' }>(request, 'value')
    if (input.value !== 'stop' && input.value !== 'resume') throw new ControlError(400, 'value must be stop or resume')
    return done(() => control.setMarketing(request.params.id, input.value, input))
  })
  app.post('/customers/:id/join', async (request: IdRequest) => control.joinGroup(request.params.id, readInput<{ invite: string }>(request, 'invite').invite))
  app.post('/customers/:id/leave', async (request: IdRequest) =>
    control.leaveGroup(request.params.id, readInput<{ groupId: string }>(request, 'groupId').groupId),
  )
  app.get('/crowd', async () => control.readCrowd())
  app.post('/crowd', async (request) => control.startCrowd(readInput<CrowdPlan>(request)))
  app.delete('/crowd', async () => control.stopCrowd())
}

/** Routes of what Meta and the business's own app do. */
export function registerPlatformRoutes(app: FastifyInstance, control: BackstageControl): void {
  type Listing = FastifyRequest<{ Querystring: Choice }>
  app.get('/numbers/:id/platform', async (request: IdRequest) => control.readPlatform(request.params.id))
  app.patch('/numbers/:id/platform', async (request: IdRequest) => control.changePlatform(request.params.id, readInput<PlatformChanges>(request)))
  app.get('/templates', async (request: Listing) => ({ templates: control.listTemplates(request.query.phoneNumberId) }))
  app.get('/flows', async (request: Listing) => ({ flows: control.listFlows(request.query.phoneNumberId) }))
  app.get('/groups', async (request: Listing) => ({ groups: control.listGroups(request.query.phoneNumberId) }))
  app.post('/templates/:id/decision', async (request: IdRequest) => control.decideTemplate(request.params.id, readInput<TemplateDecision>(request)))
  app.post('/fields/:field', async (request: FieldRequest) => {
    const { phoneNumberId, ...input } = readInput<JsonObject & Choice>(request)
    return { field: request.params.field, value: control.sendField(request.params.field, input, { phoneNumberId }) }
  })
  app.post('/echoes', async (request) => {
    const input = readInput<Choice & { to: string; message: CustomerMessage }>(request, 'to')
    if (!isObject(input.message)) throw new ControlError(400, 'message is missing')
    return { message: control.sendEcho(input.to, input.message, input) }
  })
  app.post('/history', async (request) => ({ webhooks: control.sendHistory(readInput<HistoryPlan>(request)) }))
  app.post('/app-contacts', async (request) => done(() => control.syncAppContacts(readInput<Parameters<BackstageControl['syncAppContacts']>[0]>(request))))
  app.post('/thread', async (request) => {
    const input = readInput<Choice & { customer: string; role?: string | null; handover?: boolean; summary?: string }>(request, 'customer')
    return done(() => control.setThreadRole(input.customer, input.role ?? null, input))
  })
  app.post('/agent-messages', async (request) => {
    const input = readInput<Choice & { customer: string; message: JsonObject }>(request, 'customer')
    if (!isObject(input.message)) throw new ControlError(400, 'message is missing')
    return control.sendAgentMessage(input.customer, input.message, input)
  })
  app.post('/errors', async (request) => {
    const input = readInput<Choice & { code?: number; details?: string }>(request)
    return done(() => control.sendErrors(Number(input.code ?? 131000), input))
  })
  app.post('/payments', async (request) => {
    const input = readInput<{ messageId: string; status: 'captured' | 'pending' | 'failed'; referenceId?: string }>(request, 'messageId', 'status')
    return done(() => control.sendPayment(input.messageId, input.status, input.referenceId))
  })
  app.post('/calls', async (request) => {
    const input = readInput<CallPlan & { customer: string }>(request, 'customer', 'event')
    return { callId: control.sendCall(input.customer, input) }
  })
}
