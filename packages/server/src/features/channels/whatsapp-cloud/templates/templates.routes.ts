import { IdParams } from '@atende/contracts/common'
import {
  CreateTemplateInput,
  SyncTemplatesInput,
  Template,
  TemplatePreview,
  TemplatePreviewInput,
  TemplatesQuery,
  UpdateTemplateInput,
} from '@atende/contracts/templates'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerTx, tenantLogin } from '../../../../platform/auth.ts'
import type { Context } from '../../../../platform/context.ts'
import type { TenantTx } from '../../../../platform/database.ts'
import { notFound } from '../../../../platform/errors.ts'
import type { Http } from '../../../../platform/http.ts'
import { auditedBy, writeAudit } from '../../../audit/audit.ts'
import { previewTemplate } from '../../../templates/preview-template.ts'
import { getTemplate, listTemplates, TemplatePage } from '../../../templates/templates.ts'
import { getChannelAccess } from '../../channels.ts'
import { deleteTemplate, editTemplate, unpauseTemplate } from './change-template.ts'
import { createTemplate } from './create-template.ts'
import { refuse } from './explain-refusal.ts'
import { syncTemplates } from './sync-templates.ts'

const tags = ['templates']
const read = { access: 'templates.read' } as const
const manage = { access: 'templates.manage' } as const

type Audited = { id: string; name: string; language: string }
const audit =
  (request: FastifyRequest, action: string, more: Record<string, unknown> = {}) =>
  (tx: TenantTx, { id, name, language }: Audited) =>
    writeAudit(tx, {
      tenantId: tenantLogin(request).tenantId,
      action,
      object: { type: 'template', id },
      details: { name, language, ...more },
      ...auditedBy(request),
    })

export function templateRoutes(app: Http, ctx: Context): void {
  readRoutes(app, ctx)
  changeRoutes(app, ctx)
  otherRoutes(app, ctx)
}

function readRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/templates',
    { config: read, schema: { tags, summary: 'Message templates, Portuguese ones first', querystring: TemplatesQuery, response: { 200: TemplatePage } } },
    async (request) => callerTx(ctx, request, (tx) => listTemplates(tx, request.query)),
  )

  app.get('/api/templates/:id', { config: read, schema: { tags, summary: 'One template', params: IdParams, response: { 200: Template } } }, async (request) =>
    callerTx(ctx, request, (tx) => getTemplate(tx, request.params.id)),
  )

  app.post(
    '/api/templates/:id/preview',
    {
      config: read,
      schema: {
        tags,
        summary: 'Filled with these values: how it looks, what is missing, what it costs',
        params: IdParams,
        body: TemplatePreviewInput,
        response: { 200: TemplatePreview },
      },
    },
    async (request) => callerTx(ctx, request, (tx, login) => previewTemplate(ctx, tx, login, request.params.id, request.body)),
  )
}

function changeRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/templates',
    { config: manage, schema: { tags, summary: 'Create a template; Meta reviews it', body: CreateTemplateInput, response: { 201: Template } } },
    async (request, reply) => reply.code(201).send(await createTemplate(ctx, tenantLogin(request).tenantId, request.body, audit(request, 'template.create'))),
  )

  app.patch(
    '/api/templates/:id',
    {
      config: manage,
      schema: { tags, summary: 'Change a template; Meta reviews it again', params: IdParams, body: UpdateTemplateInput, response: { 200: Template } },
    },
    async (request) => editTemplate(ctx, tenantLogin(request).tenantId, request.params.id, request.body, audit(request, 'template.update')),
  )

  const Which = z.object({ allLanguages: z.stringbool().default(false) })
  app.delete(
    '/api/templates/:id',
    {
      config: manage,
      schema: {
        tags,
        summary: 'Delete a template at Meta and here, in one language or in all',
        params: IdParams,
        querystring: Which,
        response: { 204: z.void() },
      },
    },
    async (request, reply) => {
      const { allLanguages } = request.query
      await deleteTemplate(ctx, tenantLogin(request).tenantId, request.params.id, allLanguages, audit(request, 'template.delete', { allLanguages }))
      return reply.code(204).send()
    },
  )
}

const Synced = z.object({ found: z.int(), changed: z.int(), gone: z.int() }).meta({ id: 'TemplatesSynced' })
function otherRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/templates/sync',
    { config: manage, schema: { tags, summary: "Read the templates of a channel's account from Meta", body: SyncTemplatesInput, response: { 200: Synced } } },
    async (request) => {
      const { channelId } = request.body
      const { tenantId } = tenantLogin(request)
      await callerTx(ctx, request, async (tx) => {
        if (!(await getChannelAccess(ctx, tx, channelId))) throw notFound()
        await writeAudit(tx, { tenantId, action: 'template.sync', object: { type: 'channel', id: channelId }, ...auditedBy(request) })
      })
      return syncTemplates(ctx, tenantId, channelId).catch(refuse)
    },
  )

  app.post(
    '/api/templates/:id/unpause',
    { config: manage, schema: { tags, summary: 'End the pause of a template', params: IdParams, response: { 200: Template } } },
    async (request) => unpauseTemplate(ctx, tenantLogin(request).tenantId, request.params.id, audit(request, 'template.unpause')),
  )
}
