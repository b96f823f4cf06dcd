import type { SendContent, SendMessageInput } from '@atende/contracts/messages'
import type { TenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { lockConversation } from '../conversations/conversations.ts'
import { noteControl } from '../conversations/note-elsewhere.ts'
import { noteDeparture } from '../conversations/receive-conversations.ts'
import { wakeLane } from '../conversations/send-lanes.ts'
import { windowIsOpen } from '../conversations/window.ts'
import { claimFiles } from '../media/media.ts'
import { writeActivity } from '../messages/messages.ts'
import * as messages from '../messages/save-messages.ts'
import { fillTemplate } from '../templates/fill-template.ts'
import { mediaIdsOf } from '../templates/media-of-message.ts'
import { countUsage } from '../tenants/tenants.ts'
import { checkOutgoing } from './check-outgoing.ts'
import * as db from './inbox.db.ts'

type Input = SendMessageInput
type Conversation = NonNullable<Awaited<ReturnType<typeof lockConversation>>>
type Parts = Pick<messages.NewMessage, 'type' | 'body' | 'content' | 'mediaId' | 'quotedProviderId' | 'quotedId'>

/** WhatsApp takes a reaction to a message of the last 30 days (Cloud API, reactions). */
const REACTION_MS = 30 * 24 * 3600 * 1000

/**
 * An answer of ours: saved as queued together with its turn to leave, in one transaction; then it is accepted. The same `clientId`
 * again is the same message. Answers its id.
 * @throws AppError not_found, validation_failed, window_closed, channel_unavailable, template_not_usable, opted_out
 */
export async function sendMessage(ctx: Pick<Context, 'config'>, tx: TenantTx, login: TenantLogin, input: Input): Promise<string> {
  const twin = await messages.findByClientId(tx, input.clientId)
  if (twin) return twin.id
  // The lock puts two answers of the same moment into one order, which is also the order of their leaving.
  const conversation = await lockConversation(tx, input.conversationId)
  if (!conversation) throw notFound()
  // The same one may have been saved while this waited: inserting it again would wait for its sender, who may wait for us.
  const saved = await messages.findByClientId(tx, input.clientId)
  if (saved) return saved.id
  await requireUsableChannel(tx, conversation, input.content.type)
  await checkOutgoing(tx, input.content, (await db.contactKind(tx, conversation.contact_id)) ?? 'person')
  const parts = await partsOf(tx, conversation, input)
  const id = uuidv7()
  // Whole seconds, as WhatsApp counts: else an answer that comes within the same second would stand before its question.
  const at = new Date(Math.floor(Date.now() / 1000) * 1000)
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
      // A program is no colleague whose name stands beside the message.
      senderUserId: login.apiKeyId ? null : login.userId,
      sentFrom: login.apiKeyId ? 'api' : null,
      ...parts,
    },
  ])
  if (!made.has(id)) return (await messages.findByClientId(tx, input.clientId))?.id ?? id
  await claimFiles(tx, mediaIdsOf(parts), conversation.contact_id)
  await followUp(ctx, tx, login, conversation, { id, at, type: parts.type })
  return id
}

async function requireUsableChannel(tx: TenantTx, conversation: Conversation, type: SendContent['type']): Promise<void> {
  const channel = await db.channelState(tx, conversation.channel_id)
  if (!channel || channel.status === 'disabled' || channel.released_at) throw new AppError('channel_unavailable')
  if (type !== 'template' && !windowIsOpen(conversation.last_inbound_at)) throw new AppError('window_closed')
}

async function partsOf(tx: TenantTx, conversation: Conversation, input: Input): Promise<Parts> {
  const { content } = input
  const quoted = input.quotedId ? await findInConversation(tx, conversation.id, input.quotedId, 'quotedId') : undefined
  const none = { mediaId: null, quotedProviderId: quoted?.provider_id ?? null, quotedId: quoted?.id ?? null }
  switch (content.type) {
    case 'text':
      return { ...none, type: 'text', body: content.text, content: content.preview === false ? { preview: false } : {} }
    case 'location':
      return { ...none, type: 'location', body: null, content: { location: content.location } }
    case 'contacts':
      return { ...none, type: 'contacts', body: null, content: { contacts: content.contacts } }
    case 'reaction':
      return reactionParts(tx, conversation.id, content)
    case 'interactive':
      return { ...none, type: 'interactive', body: content.interactive.body, content: { interactive: content.interactive } }
    case 'template': {
      const filled = await fillTemplate(tx, {
        templateId: content.templateId,
        values: content.values,
        contactId: conversation.contact_id,
        channelId: conversation.channel_id,
      })
      if (filled.problems.length > 0) {
        throw new AppError('validation_failed', { fields: filled.problems.map((p) => ({ ...p, path: `content.values.${p.path}` })) })
      }
      // WhatsApp shows no quote above a template (Cloud API, contextual replies).
      return { type: 'template', body: filled.body, content: filled.content, mediaId: null, quotedProviderId: null, quotedId: null }
    }
    default:
      return { ...none, type: content.type, body: 'caption' in content ? (content.caption ?? null) : null, content: {}, mediaId: content.mediaId }
  }
}

async function reactionParts(tx: TenantTx, conversationId: string, content: Extract<SendContent, { type: 'reaction' }>): Promise<Parts> {
  const target = await findInConversation(tx, conversationId, content.targetId, 'content.targetId')
  if (!target.provider_id) throw invalidField('content.targetId', 'not_sent_yet', 'Espere a mensagem ser enviada para reagir a ela.')
  if (target.at.getTime() < Date.now() - REACTION_MS)
    throw invalidField('content.targetId', 'too_old', 'O WhatsApp só aceita reações a mensagens dos últimos 30 dias.')
  return { type: 'reaction', body: null, content: { emoji: content.emoji }, mediaId: null, quotedProviderId: target.provider_id, quotedId: null }
}

async function findInConversation(tx: TenantTx, conversationId: string, id: string, field: string) {
  const found = await db.findMessage(tx, id)
  if (!found || found.conversation_id !== conversationId) throw invalidField(field, 'unknown_message', 'Esta mensagem não é desta conversa.')
  return found
}

type Made = { id: string; at: Date; type: string }

async function followUp(ctx: Pick<Context, 'config'>, tx: TenantTx, login: TenantLogin, conversation: Conversation, message: Made): Promise<void> {
  const events: NewEvent[] = []
  const place = { id: conversation.id, channelId: conversation.channel_id }
  const note = async (activity: string) => {
    const messageId = await writeActivity(tx, login.tenantId, place, activity, { by: login.userName })
    events.push({ kind: 'message.new', payload: { messageId, conversationId: conversation.id } })
  }
  if (message.type === 'reaction') {
    const touched = await messages.applyReactions(tx, [message.id])
    events.push(...touched.map((t) => ({ kind: 'message.updated' as const, payload: { messageId: t.id, conversationId: t.conversation_id } })))
  } else {
    if (conversation.status === 'resolved') await note('reopened')
    // A message of ours takes the chat over from Meta's agent (Cloud API, conversation routing).
    if (conversation.control === 'passive') {
      await noteControl(tx, [{ conversationId: conversation.id, control: 'ours', at: message.at }])
      await note('taken_over')
    }
    await noteDeparture(tx, conversation.id, message)
    events.push({ kind: 'message.new', payload: { messageId: message.id, conversationId: conversation.id } })
    await countUsage(tx, login.tenantId, 'messages_sent', 1)
  }
  await publish(tx, login.tenantId, events)
  await wakeLane(ctx.config, tx, login.tenantId, place)
}
