import { AlertTest, JobsReplayed, ReplayJobsInput, ServerStatus } from '@atende/contracts/server-status'
import type { HealthParts } from '../../features/health/health.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { sendTestAlert } from '../alerts/tell.ts'
import { replayJobs } from './failed-jobs.ts'
import { createStatus } from './read-status.ts'

const tags = ['server']

/** How the server is, for who runs it. */
export function statusRoutes(app: Http, ctx: Context, parts: HealthParts & { processId?: string }): void {
  const status = createStatus(ctx, parts, () => parts.processId)

  app.get(
    '/api/admin/status',
    {
      config: { access: 'server.manage', refreshes: true },
      schema: { tags, summary: 'Components, processes, jobs, backups, certificate, disks and alerts (super admin)', response: { 200: ServerStatus } },
    },
    async () => status(),
  )

  app.post(
    '/api/admin/jobs/replay',
    {
      config: { access: 'server.manage' },
      schema: { tags, summary: 'Let failed jobs run once more (super admin)', body: ReplayJobsInput, response: { 200: JobsReplayed } },
    },
    async (request) => {
      const replayed = await replayJobs(ctx, request.body.ids)
      ctx.log.info({ reqId: request.id, replayed }, 'jobs: a super admin let failed ones run again')
      return { replayed }
    },
  )

  app.post(
    '/api/admin/alerts/test',
    { config: { access: 'server.manage' }, schema: { tags, summary: 'Send a test alert to each channel (super admin)', response: { 200: AlertTest } } },
    async (request) => {
      const results = await sendTestAlert(ctx)
      ctx.log.info({ reqId: request.id, sent: results.filter((r) => r.outcome === 'sent').length }, 'alerts: a super admin sent a test')
      return { results }
    },
  )
}
