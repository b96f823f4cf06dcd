import { IdParams, pageOf } from '@atende/contracts/common'
import { Notice, NoticeCount, NoticesQuery } from '@atende/contracts/notices'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { countNotices, listNotices, resolveNotice } from './notices.ts'

const tags = ['notices']
const manage = { access: 'channels.manage' } as const

/** What WhatsApp tells of numbers, accounts and templates, and a person should know or do. */
export function noticeRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/notices',
    { config: manage, schema: { tags, summary: 'Notices, newest first', querystring: NoticesQuery, response: { 200: pageOf(Notice) } } },
    async (request) => callerTx(ctx, request, (tx) => listNotices(tx, request.query)),
  )

  app.get('/api/notices/count', { config: manage, schema: { tags, summary: 'How many are open', response: { 200: NoticeCount } } }, async (request) =>
    callerTx(ctx, request, countNotices),
  )

  app.post(
    '/api/notices/:id/resolve',
    { config: manage, schema: { tags, summary: 'Somebody dealt with it', params: IdParams, response: { 200: Notice } } },
    async (request) =>
      callerTx(ctx, request, async (tx, { tenantId, userId }) => {
        const notice = await resolveNotice(tx, tenantId, request.params.id, userId)
        const { id, code } = notice
        await writeAudit(tx, { tenantId, action: 'notice.resolve', object: { type: 'notice', id }, details: { code }, ...auditedBy(request) })
        return notice
      }),
  )
}
