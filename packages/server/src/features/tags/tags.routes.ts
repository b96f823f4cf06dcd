import { IdParams } from '@atende/contracts/common'
import { CreateTagInput, Tag, UpdateTagInput } from '@atende/contracts/tags'
import { z } from 'zod'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { createTag, deleteTag, listTags, updateTag } from './tags.ts'

const tags = ['tags']

export function tagRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/tags',
    { config: { access: 'tags.read' }, schema: { tags, summary: 'All tags', response: { 200: z.object({ items: z.array(Tag) }) } } },
    async (request) => ({ items: await callerTx(ctx, request, listTags) }),
  )

  app.post(
    '/api/tags',
    { config: { access: 'tags.write' }, schema: { tags, summary: 'Create a tag', body: CreateTagInput, response: { 201: Tag } } },
    async (request, reply) => {
      const tag = await callerTx(ctx, request, async (tx, login) => {
        const made = await createTag(tx, login.tenantId, request.body)
        await writeAudit(tx, { tenantId: login.tenantId, action: 'tag.create', object: { type: 'tag', id: made.id }, ...auditedBy(request) })
        return made
      })
      return reply.code(201).send(tag)
    },
  )

  app.patch(
    '/api/tags/:id',
    {
      config: { access: 'tags.write' },
      schema: { tags, summary: 'Rename or recolour a tag', params: IdParams, body: UpdateTagInput, response: { 200: Tag } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, { tenantId }) => {
        const { id } = request.params
        const tag = await updateTag(tx, tenantId, id, request.body)
        await writeAudit(tx, { tenantId, action: 'tag.update', object: { type: 'tag', id }, ...auditedBy(request) })
        return tag
      }),
  )

  app.delete(
    '/api/tags/:id',
    { config: { access: 'tags.write' }, schema: { tags, summary: 'Delete a tag', params: IdParams, response: { 204: z.void() } } },
    async (request, reply) => {
      await callerTx(ctx, request, async (tx, login) => {
        await deleteTag(tx, login.tenantId, request.params.id)
        await writeAudit(tx, { tenantId: login.tenantId, action: 'tag.delete', object: { type: 'tag', id: request.params.id }, ...auditedBy(request) })
      })
      return reply.code(204).send()
    },
  )
}
