import { AddressLists, ClearLimitsInput, LimitsCleared, ServerLimits } from '@atende/contracts/limits'
import { personTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { clearNetwork, readServerLimits, saveAddressLists } from './server-limits.ts'

const tags = ['server']

/** What only who runs the server may do. */
export function serverLimitRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/admin/rate-limit',
    {
      config: { access: 'server.manage' },
      schema: { tags, summary: 'Limits, current bans, allow and block lists (super admin)', response: { 200: ServerLimits } },
    },
    async (request) => readServerLimits(ctx, request.ip),
  )

  app.put(
    '/api/admin/rate-limit/lists',
    {
      config: { access: 'server.manage' },
      schema: { tags, summary: 'Replace the allow and block lists (super admin)', body: AddressLists, response: { 200: ServerLimits } },
    },
    async (request) => {
      await saveAddressLists(ctx, request.body, request.ip, (work) => personTx(ctx, request, work))
      ctx.log.info({ reqId: request.id, allow: request.body.allow.length, block: request.body.block.length }, 'limits: a super admin changed the address lists')
      return readServerLimits(ctx, request.ip)
    },
  )

  app.post(
    '/api/admin/rate-limit/clear',
    {
      config: { access: 'server.manage' },
      schema: {
        tags,
        summary: 'Forget bans and counts of an address (super admin)',
        description: 'Of its network: an IPv4 address, or the /64 of an IPv6 address. At once in every process.',
        body: ClearLimitsInput,
        response: { 200: LimitsCleared },
      },
    },
    async (request) => {
      const cleared = await clearNetwork(ctx, request.body.ip, (work) => personTx(ctx, request, work))
      ctx.log.info({ reqId: request.id, bans: cleared.bans }, 'limits: a super admin cleared an address')
      return cleared
    },
  )
}
