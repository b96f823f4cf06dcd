import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { type Person, personKey, receiveContacts } from '../contacts/receive-contacts.ts'
import { type Arrival, noteArrivals, pairKey, receiveConversations } from '../conversations/receive-conversations.ts'
import { downloadMediaJob } from '../media/media.jobs.ts'
import { createPendingMedia } from '../media/media.ts'
import type { InboundMessage } from '../messages/inbound.ts'
import { writeActivity } from '../messages/messages.ts'
import * as messages from '../messages/save-messages.ts'
import { countUsage } from '../tenants/tenants.ts'

const sourceKey = (m: { channelId: string; providerId: string }) => `${m.channelId}/${m.providerId}`
type Placed = { id: string; inbound: InboundMessage; conversationId: string; mediaId: string | null }

/**
 * Customers wrote: the whole story, for a list of messages of one tenant, in one transaction of set-based statements.
 * Doing it twice changes nothing: what is known by (channel, provider id) is passed over.
 */
export async function receiveMessages(ctx: Context, tx: TenantTx, tenantId: string, list: readonly InboundMessage[]): Promise<void> {
  const fresh = await withoutKnown(tx, list)
  if (fresh.length === 0) return
  const placed = await placeInConversations(tx, tenantId, fresh)
  await createPendingMedia(
    tx,
    tenantId,
    placed.flatMap((p) => (p.mediaId && p.inbound.media ? [{ id: p.mediaId, ...p.inbound.media }] : [])),
  )
  const saved = await saveMessages(tx, tenantId, placed)
  const reopened = await noteArrivals(tx, arrivalsOf(saved))
  const notes: NewEvent[] = []
  for (const conversation of reopened) {
    const messageId = await writeActivity(tx, tenantId, conversation, 'reopened', { by: null })
    notes.push({ kind: 'message.new', payload: { messageId, conversationId: conversation.id } })
  }
  const touched = await connectReactionsAndQuotes(tx, saved)
  await tellAndFollowUp(ctx, tx, tenantId, saved, touched, notes)
}

async function withoutKnown(tx: TenantTx, list: readonly InboundMessage[]): Promise<InboundMessage[]> {
  const distinct = [...new Map(list.map((m) => [sourceKey(m), m])).values()]
  const known = await messages.findByProviderIds(tx, distinct)
  return distinct.filter((m) => !known.has(sourceKey(m)))
}

async function placeInConversations(tx: TenantTx, tenantId: string, list: readonly InboundMessage[]): Promise<Placed[]> {
  const contacts = await receiveContacts(
    tx,
    tenantId,
    list.map((m): Person => m.from),
  )
  const pairs = list.map((m) => ({ channelId: m.channelId, contactId: contacts.get(personKey(m.from)) ?? '' }))
  const conversations = await receiveConversations(tx, tenantId, pairs)
  return list.map((inbound, i) => {
    const pair = pairs[i]
    const conversationId = pair && conversations.get(pairKey(pair))
    if (!conversationId) throw new Error('a conversation was not found after it was made')
    return { id: uuidv7(), inbound, conversationId, mediaId: inbound.media ? uuidv7() : null }
  })
}

async function saveMessages(tx: TenantTx, tenantId: string, placed: readonly Placed[]): Promise<Placed[]> {
  const rows = placed.map(
    ({ id, inbound: m, conversationId, mediaId }): messages.NewMessage => ({
      id,
      conversationId,
      channelId: m.channelId,
      direction: 'in',
      type: m.type,
      body: m.body,
      content: m.reaction ? { ...m.content, emoji: m.reaction.emoji ?? '' } : m.content,
      status: 'received',
      at: m.at,
      providerId: m.providerId,
      clientId: null,
      senderUserId: null,
      mediaId,
      quotedProviderId: m.reaction?.targetProviderId ?? m.quotedProviderId,
      quotedId: null,
    }),
  )
  const ids = await messages.insertMany(tx, tenantId, rows)
  return placed.filter((p) => ids.has(p.id))
}

/** Reactions move nothing in the list: they are not unread and wait for no answer. */
function arrivalsOf(saved: readonly Placed[]): Arrival[] {
  const out = new Map<string, Arrival>()
  for (const { id, inbound, conversationId } of saved) {
    if (inbound.type === 'reaction') continue
    const a = out.get(conversationId)
    if (!a) {
      out.set(conversationId, { conversationId, count: 1, lastId: id, lastAt: inbound.at, firstAt: inbound.at })
      continue
    }
    a.count++
    if (inbound.at >= a.lastAt) Object.assign(a, { lastId: id, lastAt: inbound.at })
    if (inbound.at < a.firstAt) a.firstAt = inbound.at
  }
  return [...out.values()]
}

async function connectReactionsAndQuotes(tx: TenantTx, saved: readonly Placed[]) {
  const quoting = saved.filter((p) => p.inbound.quotedProviderId && !p.inbound.reaction)
  if (quoting.length > 0)
    await messages.linkQuotes(
      tx,
      quoting.map((p) => p.id),
    )
  const early = await messages.findReactionsTo(
    tx,
    saved.map((p) => ({ channelId: p.inbound.channelId, providerId: p.inbound.providerId })),
  )
  const reactions = saved.filter((p) => p.inbound.reaction).map((p) => p.id)
  return messages.applyReactions(tx, [...reactions, ...early])
}

async function tellAndFollowUp(
  ctx: Context,
  tx: TenantTx,
  tenantId: string,
  saved: readonly Placed[],
  touched: readonly { id: string; conversation_id: string }[],
  notes: readonly NewEvent[],
): Promise<void> {
  const shown = saved.filter((p) => p.inbound.type !== 'reaction')
  const events: NewEvent[] = [
    ...notes,
    ...shown.map((p) => ({ kind: 'message.new' as const, payload: { messageId: p.id, conversationId: p.conversationId } })),
    ...touched.map((t) => ({ kind: 'message.updated' as const, payload: { messageId: t.id, conversationId: t.conversation_id } })),
  ]
  await publish(tx, tenantId, events)
  for (const { id, inbound, mediaId } of saved) {
    if (!mediaId || !inbound.media) continue
    const { providerMediaId, url, sha256 } = inbound.media
    await ctx.jobs.send(tx, downloadMediaJob, { tenantId, mediaId, channelId: inbound.channelId, messageId: id, providerMediaId, url, sha256 })
  }
  if (shown.length > 0) await countUsage(tx, tenantId, 'messages_received', shown.length)
}
