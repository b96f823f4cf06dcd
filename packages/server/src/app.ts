import { existsSync } from 'node:fs'
import path from 'node:path'
import { accessRoutes } from './features/access/access.routes.ts'
import { apiDocsRoutes } from './features/api-docs/api-docs.routes.ts'
import { registerOpenApi } from './features/api-docs/api-docs.ts'
import { apiKeyRoutes } from './features/api-keys/api-keys.routes.ts'
import { recordUse } from './features/audit/access-records.ts'
import { tellAdminCalls } from './features/audit/admin-calls.ts'
import { auditRoutes } from './features/audit/audit.routes.ts'
import { channelRoutes } from './features/channels/channels.routes.ts'
import { numberRoutes } from './features/channels/number.routes.ts'
import { webhookEventRoutes } from './features/channels/webhook-events.routes.ts'
import { templateRoutes } from './features/channels/whatsapp-cloud/templates/templates.routes.ts'
import { webhookRoutes } from './features/channels/whatsapp-cloud/webhook.routes.ts'
import type { WebhookStore } from './features/channels/whatsapp-cloud/webhook-store.ts'
import { contactRoutes } from './features/contacts/contacts.routes.ts'
import { type HealthParts, healthRoutes } from './features/health/health.routes.ts'
import { securityTxtRoutes } from './features/health/security-txt.routes.ts'
import { conversationRoutes } from './features/inbox/conversations.routes.ts'
import { messageRoutes } from './features/inbox/messages.routes.ts'
import { mediaRoutes } from './features/media/media.routes.ts'
import { personaliseLinks } from './features/media/personal-links.ts'
import { rawMessageRoutes } from './features/messages/raw-message.routes.ts'
import { noticeRoutes } from './features/notices/notices.routes.ts'
import { roleRoutes } from './features/roles/roles.routes.ts'
import { tagRoutes } from './features/tags/tags.routes.ts'
import { securityRoutes } from './features/tenants/security.routes.ts'
import { tenantRoutes } from './features/tenants/tenants.routes.ts'
import { usageRoutes } from './features/usage/usage.routes.ts'
import { userRoutes } from './features/users/users.routes.ts'
import type { MetricParts } from './operations/metrics/collectors.ts'
import { operationChecks } from './operations/metrics/health-checks.ts'
import { metricsRoutes } from './operations/metrics/metrics.routes.ts'
import { type AnswerCount, countAnswers } from './operations/status/answers.ts'
import { statusRoutes } from './operations/status/status.routes.ts'
import { guardRoutes } from './platform/auth.ts'
import { REPOSITORY } from './platform/config.ts'
import type { Context } from './platform/context.ts'
import { createHttp, type Http, sendProblem, serveWeb } from './platform/http.ts'
import { guardAddresses, limitRequests } from './platform/limits/request-limits.ts'

export const WEB_DIST = path.join(REPOSITORY, 'packages/web/dist')

/** List 1: every route. A worker has only those that say how it is. */
export async function createApp(
  ctx: Context,
  parts: { webhooks: WebhookStore; health: HealthParts & MetricParts & { processId?: string }; answers: AnswerCount },
): Promise<Http> {
  const app = await createHttp(ctx)
  if (ctx.config.OTEL_EXPORTER_OTLP_ENDPOINT) (await import('./operations/tracing/name-spans.ts')).nameSpans(app)
  countAnswers(app, parts.answers)
  guardAddresses(app, ctx)
  guardRoutes(app, ctx)
  limitRequests(app, ctx)
  tellAdminCalls(app, ctx)
  recordUse(app, ctx)
  personaliseLinks(app, ctx)
  await registerOpenApi(app)
  healthRoutes(app, ctx, parts.health, operationChecks(ctx))
  metricsRoutes(app, ctx, parts.health)
  securityTxtRoutes(app, ctx)
  if (ctx.config.ROLE === 'worker') return app
  await app.register(async () => {
    auditRoutes(app, ctx)
    accessRoutes(app, ctx)
    userRoutes(app, ctx)
    roleRoutes(app, ctx)
    apiKeyRoutes(app, ctx)
    tenantRoutes(app, ctx)
    securityRoutes(app, ctx)
    contactRoutes(app, ctx)
    tagRoutes(app, ctx)
    conversationRoutes(app, ctx)
    messageRoutes(app, ctx)
    rawMessageRoutes(app, ctx)
    mediaRoutes(app, ctx)
    usageRoutes(app, ctx)
    noticeRoutes(app, ctx)
    channelRoutes(app, ctx)
    numberRoutes(app, ctx)
    templateRoutes(app, ctx)
    webhookEventRoutes(app, ctx)
    statusRoutes(app, ctx, parts.health)
    apiDocsRoutes(app, ctx)
  })
  await webhookRoutes(app, ctx, parts.webhooks)
  if (existsSync(path.join(WEB_DIST, 'index.html'))) await serveWeb(app, WEB_DIST)
  else {
    ctx.log.warn('the web client is not built (npm run build): only the API answers')
    app.setNotFoundHandler((request, reply) => sendProblem(request, reply, { code: 'not_found' }))
  }
  return app
}
