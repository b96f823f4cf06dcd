import { IdParams } from '@atende/contracts/common'
import { MessageHits, SearchMessagesQuery } from '@atende/contracts/conversations'
import { Message, MessagePage, MessagesQuery, SendMessageInput } from '@atende/contracts/messages'
import { callerTx } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { Http } from '../../platform/http.ts'
import { noteReading } from '../audit/note-reading.ts'
import { getConversation } from '../conversations/conversations.ts'
import { getMessage, listMessages } from '../messages/messages.ts'
import { findMessages } from '../messages/search-messages.ts'
import { retryMessage } from './retry-message.ts'
import { sendMessage } from './send-message.ts'

const tags = ['messages']

export function messageRoutes(app: Http, ctx: Context): void {
  app.get(
    '/api/messages',
    {
      config: { access: 'conversations.read' },
      schema: { tags, summary: 'Messages of a conversation, oldest first', querystring: MessagesQuery, response: { 200: MessagePage } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const { id, assignee } = await getConversation(tx, request.query.conversationId)
        await noteReading(tx, request, login, { id, assigneeId: assignee?.id ?? null })
        return listMessages(ctx, tx, { ...request.query, conversationId: id })
      }),
  )
  app.get(
    '/api/messages/search',
    {
      config: { access: 'conversations.read' },
      schema: { tags, summary: 'Messages of a conversation with these words, newest first', querystring: SearchMessagesQuery, response: { 200: MessageHits } },
    },
    async (request) =>
      callerTx(ctx, request, async (tx, login) => {
        const { id, assignee } = await getConversation(tx, request.query.conversationId)
        await noteReading(tx, request, login, { id, assigneeId: assignee?.id ?? null })
        return { items: await findMessages(ctx, tx, id, request.query.q) }
      }),
  )
  app.get(
    '/api/messages/:id',
    { config: { access: 'conversations.read' }, schema: { tags, summary: 'One message', params: IdParams, response: { 200: Message } } },
    async (request) => callerTx(ctx, request, (tx) => getMessage(ctx, tx, request.params.id)),
  )
  app.post(
    '/api/messages',
    {
      config: { access: 'messages.send', limit: 'send' },
      schema: {
        tags,
        summary: 'Send a message',
        description: '202 once it is durably queued. The same clientId again answers the same message.',
        body: SendMessageInput,
        response: { 202: Message },
      },
    },
    async (request, reply) => {
      const message = await callerTx(ctx, request, async (tx, login) => getMessage(ctx, tx, await sendMessage(ctx, tx, login, request.body)))
      return reply.code(202).send(message)
    },
  )
  app.post(
    '/api/messages/:id/retry',
    {
      config: { access: 'messages.send', limit: 'send' },
      schema: {
        tags,
        summary: 'Send again what failed or was never answered',
        description: '409 `retry_refused` with `retryAfter` when a status may still tell what became of it.',
        params: IdParams,
        response: { 202: Message },
      },
    },
    async (request, reply) => {
      const message = await callerTx(ctx, request, async (tx, login) => {
        await retryMessage(ctx, tx, login, request.params.id)
        return getMessage(ctx, tx, request.params.id)
      })
      return reply.code(202).send(message)
    },
  )
}
