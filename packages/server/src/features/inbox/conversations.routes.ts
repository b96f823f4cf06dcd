import { IdParams, pageOf } from '@atende/contracts/common'
import {
  AssignInput,
  Conversation,
  ConversationCounts,
  ConversationsQuery,
  OpenConversationInput,
  SetTagsInput,
  UpdateConversationInput,
} from '@atende/contracts/conversations'
import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { callerTx, type TenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import { seeingAll, type TenantTx } from '../../platform/database.ts'
import { invalidField } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import type { Http } from '../../platform/http.ts'
import { auditedBy, writeAudit } from '../audit/audit.ts'
import { noteReading } from '../audit/note-reading.ts'
import {
  type ActivityWriter,
  assign,
  changeStatus,
  countConversations,
  findOrOpenConversation,
  getConversation,
  setTags,
  setUnread,
} from '../conversations/conversations.ts'
import { markReadJob } from '../messages/messages.jobs.ts'
import { writeActivity } from '../messages/messages.ts'
import * as db from './inbox.db.ts'
import { searchConversations } from './search-conversations.ts'

const tags = ['conversations']

/** Writes the small line in the conversation and tells the screens about it. */
const noteIn =
  (tx: TenantTx, tenantId: string): ActivityWriter =>
  async (conversationId, activity, details) => {
    const channelId = await db.channelOfConversation(tx, conversationId)
    const messageId = await writeActivity(tx, tenantId, { id: conversationId, channelId }, activity, details)
    await publish(tx, tenantId, [{ kind: 'message.new', payload: { messageId, conversationId } }])
  }

const audit = (tx: TenantTx, request: FastifyRequest, login: TenantLogin, action: string, id: string, details: Record<string, unknown> = {}) =>
  writeAudit(tx, { tenantId: login.tenantId, action, object: { type: 'conversation', id }, details, ...auditedBy(request) })

async function requireOwn(tx: TenantTx, table: 'contacts' | 'channels', id: string, field: string): Promise<void> {
  if (!(await db.isOwn(tx, table, id))) throw invalidField(field, 'unknown', 'Não encontramos isto.')
}

function readRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/conversations',
    {
      config: { access: 'conversations.read' },
      schema: { tags, summary: 'Conversations, most recent first', querystring: ConversationsQuery, response: { 200: pageOf(Conversation) } },
    },
    async (request) => callerTx(ctx, request, (tx, login) => searchConversations(ctx, tx, login, request.query)),
  )
  app.get(
    '/api/conversations/counts',
    { config: { access: 'conversations.read' }, schema: { tags, summary: 'Open conversations per tab', response: { 200: ConversationCounts } } },
    async (request) => callerTx(ctx, request, countConversations),
  )
  app.get(
    '/api/conversations/:id',
    { config: { access: 'conversations.read' }, schema: { tags, summary: 'One conversation', params: IdParams, response: { 200: Conversation } } },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const conversation = await getConversation(tx, request.params.id)
        await noteReading(tx, request, login, { id: conversation.id, assigneeId: conversation.assignee?.id ?? null })
        return conversation
      }),
  )
}

function changeRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/conversations',
    {
      config: { access: 'conversations.write' },
      schema: { tags, summary: 'Find or open the conversation with a contact', body: OpenConversationInput, response: { 200: Conversation } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const { channelId, contactId } = request.body
        await requireOwn(tx, 'contacts', contactId, 'contactId')
        await requireOwn(tx, 'channels', channelId, 'channelId')
        const id = await findOrOpenConversation(tx, login, channelId, contactId)
        await publish(tx, login.tenantId, [{ kind: 'conversation.updated', payload: { conversationId: id } }])
        return getConversation(tx, id)
      }),
  )
  app.patch(
    '/api/conversations/:id',
    {
      config: { access: 'conversations.write' },
      schema: { tags, summary: 'Resolve or reopen', params: IdParams, body: UpdateConversationInput, response: { 200: Conversation } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        await changeStatus(tx, login, request.params.id, request.body.status, noteIn(tx, login.tenantId))
        await audit(tx, request, login, `conversation.${request.body.status}`, request.params.id)
        return getConversation(tx, request.params.id)
      }),
  )
  app.post(
    '/api/conversations/:id/assign',
    {
      config: { access: 'conversations.write' },
      schema: { tags, summary: 'Assign to a person or to nobody', params: IdParams, body: AssignInput, response: { 200: Conversation } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        await assign(tx, login, request.params.id, request.body, noteIn(tx, login.tenantId))
        await audit(tx, request, login, 'conversation.assign', request.params.id, { to: request.body.userId })
        // Also when it is out of sight from now on: this is the answer of having handed it over.
        return seeingAll(tx, () => getConversation(tx, request.params.id))
      }),
  )
  app.put(
    '/api/conversations/:id/tags',
    {
      config: { access: 'conversations.write' },
      schema: { tags, summary: 'Replace the tags', params: IdParams, body: SetTagsInput, response: { 200: Conversation } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        await setTags(tx, login, request.params.id, request.body.tagIds)
        return getConversation(tx, request.params.id)
      }),
  )
}

function readMarkRoutes(app: Http, ctx: Context): void {
  app.post(
    '/api/conversations/:id/read',
    {
      config: { access: 'conversations.write' },
      schema: { tags, summary: 'Mark as read; the customer sees it too', params: IdParams, response: { 204: z.void() } },
    },
    async (request, reply) => {
      await callerTx(ctx, request, async (tx, login) => {
        const wasUnread = await setUnread(tx, login, request.params.id, 0)
        if (wasUnread) await ctx.jobs.send(tx, markReadJob, { tenantId: login.tenantId, conversationId: request.params.id })
      })
      return reply.code(204).send()
    },
  )
  app.post(
    '/api/conversations/:id/unread',
    { config: { access: 'conversations.write' }, schema: { tags, summary: 'Mark as unread', params: IdParams, response: { 204: z.void() } } },
    async (request, reply) => {
      await callerTx(ctx, request, (tx, login) => setUnread(tx, login, request.params.id, 1))
      return reply.code(204).send()
    },
  )
}

export function conversationRoutes(app: Http, ctx: Context): void {
  readRoutes(app, ctx)
  changeRoutes(app, ctx)
  readMarkRoutes(app, ctx)
}
