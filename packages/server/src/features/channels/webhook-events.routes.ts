import { WebhookEvent, WebhookEventDetail, WebhookEventsQuery } from '@atende/contracts/channels'
import { IdParams, pageOf } from '@atende/contracts/common'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { getWebhookEvent, listWebhookEvents, replayWebhookEvent } from './webhook-events.ts'
import { WEBHOOKS_CHANNEL } from './whatsapp-cloud/webhook-store.ts'

const tags = ['webhook events']

export function webhookEventRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/webhook-events',
    {
      config: { access: 'webhooks.read' },
      schema: { tags, summary: 'Deliveries from Meta as they came', querystring: WebhookEventsQuery, response: { 200: pageOf(WebhookEvent) } },
    },
    async (request) => callerTx(ctx, request, (tx) => listWebhookEvents(tx, request.query)),
  )

  app.get(
    '/api/webhook-events/:id',
    { config: { access: 'webhooks.read' }, schema: { tags, summary: 'One delivery with its body', params: IdParams, response: { 200: WebhookEventDetail } } },
    async (request) => callerTx(ctx, request, (tx) => getWebhookEvent(tx, request.params.id)),
  )

  app.post(
    '/api/webhook-events/:id/replay',
    { config: { access: 'channels.manage' }, schema: { tags, summary: 'Process a delivery again', params: IdParams, response: { 202: WebhookEvent } } },
    async (request, reply) => {
      const event = await callerTx(ctx, request, async (tx, { tenantId }) => {
        await writeAudit(tx, { tenantId, action: 'webhook.replay', object: { type: 'webhook_event', id: request.params.id }, ...auditedBy(request) })
        return replayWebhookEvent(tx, request.params.id)
      })
      await ctx.signals.send(WEBHOOKS_CHANNEL)
      return reply.code(202).send(event)
    },
  )
}
