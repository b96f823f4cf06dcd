import { ApiKey, ApiKeyCreated, CreateApiKeyInput } from '@atende/contracts/api-keys'
import { IdParams } from '@atende/contracts/common'
import { z } from 'zod'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { createApiKey, listApiKeys, revokeApiKey } from './api-keys.ts'

const tags = ['api-keys']

export function apiKeyRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/api-keys',
    {
      config: { access: 'api_keys.manage' },
      schema: { tags, summary: 'Keys for programs, never their secrets', response: { 200: z.object({ items: z.array(ApiKey) }) } },
    },
    async (request) => ({ items: await callerTx(ctx, request, listApiKeys) }),
  )

  app.post(
    '/api/api-keys',
    {
      config: { access: 'api_keys.manage', stepUp: true },
      schema: {
        tags,
        summary: 'Make a key; it is shown once',
        description:
          'Send it as `Authorization: Bearer atd_…`. It may do what its scopes say, as long as its maker may. No key manages keys, people or logins.',
        body: CreateApiKeyInput,
        response: { 201: ApiKeyCreated },
      },
    },
    async (request, reply) => {
      const made = await callerTx(ctx, request, async (tx, login) => {
        const key = await createApiKey(tx, login, request.body)
        const details = { scopes: key.scopes, expiresAt: key.expiresAt }
        await writeAudit(tx, { tenantId: login.tenantId, action: 'api_key.create', object: { type: 'api_key', id: key.id }, details, ...auditedBy(request) })
        return key
      })
      return reply.code(201).send(made)
    },
  )

  app.delete(
    '/api/api-keys/:id',
    { config: { access: 'api_keys.manage', stepUp: true }, schema: { tags, summary: 'Revoke a key, at once', params: IdParams, response: { 204: z.void() } } },
    async (request, reply) => {
      const { id } = request.params
      await callerTx(ctx, request, async (tx, login) => {
        await revokeApiKey(tx, login, id)
        await writeAudit(tx, { tenantId: login.tenantId, action: 'api_key.revoke', object: { type: 'api_key', id }, ...auditedBy(request) })
      })
      return reply.code(204).send()
    },
  )
}
