import type { SendMessageInput } from '@atende/contracts/messages'
import type { TenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { lockConversation } from '../conversations/conversations.ts'
import { noteDeparture } from '../conversations/receive-conversations.ts'
import { windowIsOpen } from '../conversations/window.ts'
import { findUsableMedia } from '../media/media.ts'
import { sendMessageJob } from '../messages/messages.jobs.ts'
import { writeActivity } from '../messages/messages.ts'
import * as messages from '../messages/save-messages.ts'
import { countUsage } from '../tenants/tenants.ts'

type Input = SendMessageInput
type Conversation = NonNullable<Awaited<ReturnType<typeof lockConversation>>>
type Parts = Pick<messages.NewMessage, 'type' | 'body' | 'content' | 'mediaId' | 'quotedProviderId' | 'quotedId'>

/**
 * An answer of ours: saved as queued together with its job, in one transaction; then it is accepted. The same `clientId` again is
 * the same message. Answers its id.
 * @throws AppError not_found, validation_failed, window_closed, channel_unavailable
 */
export async function sendMessage(ctx: Context, tx: TenantTx, login: TenantLogin, input: Input): Promise<string> {
  const twin = await messages.findByClientId(tx, input.clientId)
  if (twin) return twin.id
  // The lock puts two answers of the same moment into one order, which is also the order of their leaving.
  const conversation = await lockConversation(tx, input.conversationId)
  if (!conversation) throw notFound()
  await requireUsableChannel(tx, conversation)
  const parts = await partsOf(tx, conversation, input)
  const id = uuidv7()
  const at = new Date()
  const made = await messages.insertMany(tx, login.tenantId, [
    {
      id,
      conversationId: conversation.id,
      channelId: conversation.channel_id,
      direction: 'out',
      status: 'queued',
      at,
      providerId: null,
      clientId: input.clientId,
      senderUserId: login.userId,
      ...parts,
    },
  ])
  if (!made.has(id)) return (await messages.findByClientId(tx, input.clientId))?.id ?? id
  await followUp(ctx, tx, login, conversation, { id, at, type: parts.type })
  return id
}

async function requireUsableChannel(tx: TenantTx, conversation: Conversation): Promise<void> {
  const channel = await tx.selectFrom('channels').select('status').where('id', '=', conversation.channel_id).executeTakeFirst()
  if (!channel || channel.status === 'disabled') throw new AppError('channel_unavailable')
  if (!windowIsOpen(conversation.last_inbound_at)) throw new AppError('window_closed')
}

async function partsOf(tx: TenantTx, conversation: Conversation, input: Input): Promise<Parts> {
  const { content } = input
  const quoted = input.quotedId ? await findInConversation(tx, conversation.id, input.quotedId, 'quotedId') : undefined
  const none = { mediaId: null, quotedProviderId: quoted?.provider_id ?? null, quotedId: quoted?.id ?? null }
  switch (content.type) {
    case 'text':
      return { ...none, type: 'text', body: content.text, content: {} }
    case 'location':
      return { ...none, type: 'location', body: null, content: { location: content.location } }
    case 'contacts':
      return { ...none, type: 'contacts', body: null, content: { contacts: content.contacts } }
    case 'reaction': {
      const target = await findInConversation(tx, conversation.id, content.targetId, 'content.targetId')
      if (!target.provider_id) throw invalidField('content.targetId', 'not_sent_yet', 'Espere a mensagem ser enviada para reagir a ela.')
      return { type: 'reaction', body: null, content: { emoji: content.emoji }, mediaId: null, quotedProviderId: target.provider_id, quotedId: null }
    }
    default: {
      const caption = 'caption' in content ? (content.caption ?? null) : null
      await findUsableMedia(tx, content.mediaId, content.type)
      return { ...none, type: content.type, body: caption, content: {}, mediaId: content.mediaId }
    }
  }
}

async function findInConversation(tx: TenantTx, conversationId: string, id: string, field: string) {
  const found = await tx.selectFrom('messages').select(['id', 'provider_id', 'conversation_id']).where('id', '=', id).executeTakeFirst()
  if (!found || found.conversation_id !== conversationId) throw invalidField(field, 'unknown_message', 'Esta mensagem não é desta conversa.')
  return found
}

async function followUp(ctx: Context, tx: TenantTx, login: TenantLogin, conversation: Conversation, message: { id: string; at: Date; type: string }) {
  const events: NewEvent[] = []
  const payload = { messageId: message.id, conversationId: conversation.id }
  if (message.type === 'reaction') {
    const touched = await messages.applyReactions(tx, [message.id])
    events.push(...touched.map((t) => ({ kind: 'message.updated' as const, payload: { messageId: t.id, conversationId: t.conversation_id } })))
  } else {
    if (conversation.status === 'resolved') {
      const messageId = await writeActivity(tx, login.tenantId, { id: conversation.id, channelId: conversation.channel_id }, 'reopened', { by: login.userName })
      events.push({ kind: 'message.new', payload: { messageId, conversationId: conversation.id } })
    }
    await noteDeparture(tx, conversation.id, message)
    events.push({ kind: 'message.new', payload })
    await countUsage(tx, login.tenantId, 'messages_sent', 1)
  }
  await publish(tx, login.tenantId, events)
  await ctx.jobs.send(tx, sendMessageJob, { tenantId: login.tenantId, conversationId: conversation.id }, { key: conversation.id })
}

/**
 * Sends a failed message again, or one whose fate is unknown after a person has checked: a new try, the earlier ones stay visible.
 * @throws AppError not_found, retry_refused
 */
export async function retryMessage(ctx: Context, tx: TenantTx, login: TenantLogin, id: string): Promise<void> {
  // The conversation first, as everywhere: two who lock in different orders would wait for each other.
  const place = await tx.selectFrom('messages').select('conversation_id').where('id', '=', id).executeTakeFirst()
  const conversation = place && (await lockConversation(tx, place.conversation_id))
  const row = await messages.lockMessage(tx, id)
  if (!conversation || !row) throw notFound()
  if (row.direction !== 'out' || !['failed', 'unknown'].includes(row.status)) throw new AppError('retry_refused')
  await requireUsableChannel(tx, conversation)
  await tx.updateTable('messages').set({ status: 'queued', error: null, provider_id: null }).where('id', '=', id).execute()
  await publish(tx, login.tenantId, [{ kind: 'message.status', payload: { messageId: id, conversationId: row.conversation_id } }])
  await ctx.jobs.send(tx, sendMessageJob, { tenantId: login.tenantId, conversationId: row.conversation_id }, { key: row.conversation_id })
}
