import {
  BusinessProfile,
  ChannelHealth,
  RegisterNumberInput,
  RequestCodeInput,
  SetPinInput,
  SyncNumberInput,
  UpdateProfileInput,
  VerifyCodeInput,
} from '@atende/contracts/channels'
import { IdParams } from '@atende/contracts/common'
import type { FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { callerTx, tenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { notFound } from '../../platform/errors.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { getChannelHealth } from './channel-health.ts'
import { checkChannel } from './check-channel.ts'
import { deregisterNumber, registerNumber, requestCode, setPin, startSync, verifyCode } from './number-actions.ts'
import { changeProfile, getProfile } from './number-profile.ts'

const tags = ['channels']
const manage = { access: 'channels.manage' } as const
type NumberRequest = FastifyRequest<{ Params: { id: string } }>
type Where = { tenantId: string; id: string }

/** How a number is, its profile, its registration (Cloud API). */
export function numberRoutes(app: Http, ctx: Context): void {
  healthRoutes(app, ctx)
  profileRoutes(app, ctx)
  actionRoutes(app, ctx)
}

const health = (ctx: Context, request: NumberRequest) => callerTx(ctx, request, (tx) => getChannelHealth(tx, request.params.id))

/** Does it, keeps an audit line, answers how the number is afterwards. */
async function act(ctx: Context, request: NumberRequest, action: string, work: (at: Where) => Promise<void>, details: Record<string, unknown> = {}) {
  const { tenantId } = tenantLogin(request)
  const { id } = request.params
  await work({ tenantId, id })
  await callerTx(ctx, request, (tx) =>
    writeAudit(tx, { tenantId, action: `channel.${action}`, object: { type: 'channel', id }, details, ...auditedBy(request) }),
  )
  return health(ctx, request)
}

const answers = (summary: string) => ({ tags, summary, params: IdParams, response: { 200: ChannelHealth } })
const takes = <B extends z.ZodType>(summary: string, body: B) => ({ ...answers(summary), body })

function healthRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/channels/:id/health',
    { config: { access: 'channels.read' }, schema: answers('How a number is: as Meta said last, with what has been told since') },
    (request) => health(ctx, request),
  )

  app.post('/api/channels/:id/check', { config: manage, schema: answers('Ask Meta now how the number is') }, async (request) => {
    const asked = await checkChannel(ctx, { tenantId: tenantLogin(request).tenantId, channelId: request.params.id })
    if (!asked) throw notFound()
    return health(ctx, request)
  })
}

function profileRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/channels/:id/profile',
    { config: manage, schema: { tags, summary: "The company's profile on WhatsApp", params: IdParams, response: { 200: BusinessProfile } } },
    async (request) => getProfile(ctx, tenantLogin(request).tenantId, request.params.id),
  )

  app.patch(
    '/api/channels/:id/profile',
    {
      config: manage,
      schema: { tags, summary: 'Change the profile on WhatsApp', params: IdParams, body: UpdateProfileInput, response: { 200: BusinessProfile } },
    },
    async (request) => {
      const { tenantId } = tenantLogin(request)
      const { id } = request.params
      const profile = await changeProfile(ctx, tenantId, id, request.body)
      const details = { changed: Object.keys(request.body) }
      await callerTx(ctx, request, (tx) =>
        writeAudit(tx, { tenantId, action: 'channel.profile', object: { type: 'channel', id }, details, ...auditedBy(request) }),
      )
      return profile
    },
  )
}

function actionRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/channels/:id/request-code',
    { config: manage, schema: takes('Meta sends a code to the number, by SMS or by a call', RequestCodeInput) },
    async (request) => act(ctx, request, 'request_code', (at) => requestCode(ctx, at, request.body.method), { method: request.body.method }),
  )
  app.post('/api/channels/:id/verify-code', { config: manage, schema: takes('The code that came', VerifyCodeInput) }, async (request) =>
    act(ctx, request, 'verify_code', (at) => verifyCode(ctx, at, request.body.code)),
  )
  app.post('/api/channels/:id/register', { config: manage, schema: takes('Register the number for the Cloud API', RegisterNumberInput) }, async (request) =>
    act(ctx, request, 'register', (at) => registerNumber(ctx, at, request.body.pin)),
  )
  app.post('/api/channels/:id/deregister', { config: { ...manage, stepUp: true }, schema: answers('Take the number out of the Cloud API') }, async (request) =>
    act(ctx, request, 'deregister', (at) => deregisterNumber(ctx, at)),
  )
  app.post('/api/channels/:id/pin', { config: { ...manage, stepUp: true }, schema: takes('Set the two-step PIN', SetPinInput) }, async (request) =>
    act(ctx, request, 'pin', (at) => setPin(ctx, at, request.body.pin)),
  )
  app.post(
    '/api/channels/:id/sync',
    { config: manage, schema: takes('Bring contacts or chats of the WhatsApp Business app, once each', SyncNumberInput) },
    async (request) => act(ctx, request, 'sync', (at) => startSync(ctx, at, request.body.kind), { kind: request.body.kind }),
  )
}
