import { IdParams } from '@atende/contracts/common'
import { RawMessage } from '@atende/contracts/messages'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { getRawMessage } from './messages.ts'

/** For who looks after the channels: what came, word for word. Each look leaves a line in the diary. */
export function rawMessageRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/messages/:id/raw',
    {
      config: { access: 'webhooks.read' },
      schema: { tags: ['messages'], summary: 'A message as it came from the provider', params: IdParams, response: { 200: RawMessage } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, { tenantId }) => {
        const message = await getRawMessage(tx, request.params.id)
        await writeAudit(tx, { tenantId, action: 'message.raw_read', object: { type: 'message', id: message.id }, ...auditedBy(request) })
        return message
      }),
  )
}
