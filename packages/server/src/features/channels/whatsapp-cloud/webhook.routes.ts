import { sql } from 'kysely'
import { z } from 'zod'
import type { Context } from '../../../platform/context.ts'
import { hmacSha256, sameBytes, sha256 } from '../../../platform/crypto.ts'
import { enterTenant } from '../../../platform/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { publish } from '../../../platform/events.ts'
import type { Http } from '../../../platform/http.ts'
import { CHANNEL, deliveriesCounted } from './counted.ts'
import { routeWebhook } from './route-webhook.ts'
import type { WebhookStore } from './webhook-store.ts'

/** What Meta sends at most in one delivery. */
const WEBHOOK_LIMIT = 3 * 1024 * 1024
const PATHS = ['/webhooks/whatsapp', '/webhooks/whatsapp/v2'] as const

const Handshake = z.looseObject({
  'hub.mode': z.string().optional(),
  'hub.challenge': z.string().max(500).optional(),
  'hub.verify_token': z.string().max(500).optional(),
})

/** The handshake of a channel, or of the server's own token (one app for many tenants). */
async function acceptHandshake(ctx: Context, token: string): Promise<boolean> {
  const found = await ctx.db.transaction().execute(async (tx) => {
    type Row = { channel_id: string; tenant_id: string }
    const { rows } = await sql<Row>`select * from door_webhook_handshake(${sha256(token)})`.execute(tx)
    for (const row of rows) await publish(await enterTenant(tx, row.tenant_id), row.tenant_id, [{ kind: 'list.changed', payload: { list: 'channels' } }])
    return rows.length > 0
  })
  const own = ctx.config.META_VERIFY_TOKEN
  const key = 'compare'
  return found || (own !== undefined && sameBytes(hmacSha256(key, own), hmacSha256(key, token)))
}

/** Meta's side of the product: subscription handshake and deliveries. Raw bytes, signature, durable, 200; understood later. */
export async function webhookRoutes(app: Http, ctx: Context, store: WebhookStore): Promise<void> {
  await app.register(async (scope) => {
    // The signature is over the bytes as sent: nothing may parse them first, whatever they claim to be.
    scope.removeAllContentTypeParsers()
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: WEBHOOK_LIMIT }, (_request, body, done) => done(null, body))
    for (const url of PATHS) {
      scope.get(
        url,
        {
          config: { access: 'public' },
          schema: { tags: ['webhooks'], summary: 'Subscription handshake', querystring: Handshake, response: { 200: z.string() } },
        },
        async (request, reply) => {
          const q = Handshake.parse(request.query)
          const token = q['hub.verify_token']
          if (q['hub.mode'] !== 'subscribe' || !token || !q['hub.challenge']) throw new AppError('verification_refused')
          if (!(await acceptHandshake(ctx, token))) throw new AppError('verification_refused')
          return reply.type('text/plain; charset=utf-8').serializer(String).send(q['hub.challenge'])
        },
      )
      scope.post(
        url,
        {
          config: { access: 'public' },
          bodyLimit: WEBHOOK_LIMIT,
          schema: { tags: ['webhooks'], summary: 'Deliveries from Meta', description: 'Signed with X-Hub-Signature-256 over the raw bytes.' },
        },
        async (request, reply) => {
          const raw = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0)
          const header = request.headers['x-hub-signature-256']
          const routed = await routeWebhook(ctx, raw, typeof header === 'string' ? header : undefined)
          if (!routed) {
            ctx.counters.add(deliveriesCounted, { ...CHANNEL, outcome: 'refused' })
            throw new AppError('signature_invalid')
          }
          await store.save(routed).catch((e: unknown) => {
            ctx.counters.add(deliveriesCounted, { ...CHANNEL, outcome: 'failed' })
            throw e
          })
          ctx.counters.add(deliveriesCounted, { ...CHANNEL, outcome: 'accepted' })
          return reply.code(200).send()
        },
      )
    }
  })
}
