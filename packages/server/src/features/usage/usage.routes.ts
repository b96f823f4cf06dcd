import { IdParams } from '@atende/contracts/common'
import { FreeQuotaInput, PriceInput, PriceList, UsageQuery, WhatsappUsage } from '@atende/contracts/usage'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { addPrice, addQuota, getPriceList, removePrice, removeQuota, whatsappUsage } from './usage.ts'

const tags = ['usage']

export function usageRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/usage/whatsapp',
    {
      config: { access: 'usage.read' },
      schema: {
        tags,
        summary: 'What WhatsApp charges for a month, as an estimate',
        description: 'Counts delivered messages as the status webhooks told them. Months are those of the account’s clock (America/Sao_Paulo).',
        querystring: UsageQuery,
        response: { 200: WhatsappUsage },
      },
    },
    async (request) => callerTx(ctx, request, (tx) => whatsappUsage(tx, request.query)),
  )
  app.get(
    '/api/usage/prices',
    { config: { access: 'usage.read' }, schema: { tags, summary: 'Price list and free quotas', response: { 200: PriceList } } },
    async (request) => callerTx(ctx, request, getPriceList),
  )
  priceRoutes(app, ctx)
  quotaRoutes(app, ctx)
}

function priceRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/usage/prices',
    {
      config: { access: 'tenant.manage' },
      schema: { tags, summary: 'Set a price from a day on; answers the whole list', body: PriceInput, response: { 201: PriceList } },
    },
    async (request, reply) => {
      const list = await callerTx(ctx, request, async (tx, { tenantId }) => {
        const id = await addPrice(tx, tenantId, request.body)
        const object = { type: 'price', id }
        await writeAudit(tx, { tenantId, action: 'usage.price.create', object, details: { ...request.body }, ...auditedBy(request) })
        return getPriceList(tx)
      })
      return reply.code(201).send(list)
    },
  )
  app.delete(
    '/api/usage/prices/:id',
    {
      config: { access: 'tenant.manage' },
      schema: { tags, summary: 'Remove a price of your own; answers the whole list', params: IdParams, response: { 200: PriceList } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, { tenantId }) => {
        await removePrice(tx, tenantId, request.params.id)
        await writeAudit(tx, { tenantId, action: 'usage.price.delete', object: { type: 'price', id: request.params.id }, ...auditedBy(request) })
        return getPriceList(tx)
      }),
  )
}

function quotaRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/usage/quotas',
    {
      config: { access: 'tenant.manage' },
      schema: {
        tags,
        summary: 'Set how many messages are free per number and month; answers the whole list',
        body: FreeQuotaInput,
        response: { 201: PriceList },
      },
    },
    async (request, reply) => {
      const list = await callerTx(ctx, request, async (tx, { tenantId }) => {
        const id = await addQuota(tx, tenantId, request.body)
        const object = { type: 'quota', id }
        await writeAudit(tx, { tenantId, action: 'usage.quota.create', object, details: { ...request.body }, ...auditedBy(request) })
        return getPriceList(tx)
      })
      return reply.code(201).send(list)
    },
  )
  app.delete(
    '/api/usage/quotas/:id',
    {
      config: { access: 'tenant.manage' },
      schema: { tags, summary: 'Remove a quota of your own; answers the whole list', params: IdParams, response: { 200: PriceList } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, { tenantId }) => {
        await removeQuota(tx, tenantId, request.params.id)
        await writeAudit(tx, { tenantId, action: 'usage.quota.delete', object: { type: 'quota', id: request.params.id }, ...auditedBy(request) })
        return getPriceList(tx)
      }),
  )
}
