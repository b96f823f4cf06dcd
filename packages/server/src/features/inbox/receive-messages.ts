import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import * as elsewhere from '../conversations/note-elsewhere.ts'
import { type Arrival, noteArrivals } from '../conversations/receive-conversations.ts'
import { downloadMediaJob } from '../media/media.jobs.ts'
import { createPendingMedia } from '../media/media.ts'
import type { EchoedMessage, InboundMedia, InboundMessage } from '../messages/inbound.ts'
import { writeActivity } from '../messages/messages.ts'
import { applyChanges } from '../messages/save-changes.ts'
import * as messages from '../messages/save-messages.ts'
import { countUsage } from '../tenants/tenants.ts'
import { fillPlaceholders } from './fill-placeholders.ts'
import { learnSharedPhones } from './learn-shared-phones.ts'
import { type Arrived, type Placed, pictureOf, placeInConversations, withoutKnown } from './place-messages.ts'

type Touched = { id: string; conversation_id: string }
/** Reactions move nothing in the list: they are not unread and wait for no answer. */
const moves = (p: Placed): boolean => p.message.type !== 'reaction'

/**
 * Customers wrote, or somebody answered them from elsewhere: the whole story, for a list of messages of one tenant, in one
 * transaction of set-based statements. Doing it twice changes nothing: what is known by (channel, provider id) is passed over.
 * Answers how many new messages customers wrote.
 */
export async function receiveMessages(
  ctx: Context,
  tx: TenantTx,
  tenantId: string,
  inbound: readonly InboundMessage[],
  echoes: readonly EchoedMessage[] = [],
): Promise<number> {
  if (inbound.length + echoes.length === 0) return 0
  const all: Arrived[] = [
    ...inbound.map((message) => ({ direction: 'in' as const, message })),
    ...echoes.map((message) => ({ direction: 'out' as const, message })),
  ]
  const { fresh, fillings } = await withoutKnown(tx, all)
  if (fillings.size > 0) await fillPlaceholders(ctx, tx, tenantId, fillings)
  if (fresh.length === 0) return 0
  const placed = await placeInConversations(tx, tenantId, fresh)
  await createPendingMedia(
    tx,
    tenantId,
    placed.flatMap((p) => filesOf(p).map(({ id, media }) => ({ ...media, id, contactId: p.contactId }))),
  )
  const saved = await saveMessages(tx, tenantId, placed)
  const notes = await moveConversations(tx, tenantId, saved)
  const touched = await connect(tx, saved)
  await learnSharedPhones(tx, tenantId, saved)
  return tellAndFollowUp(ctx, tx, tenantId, saved, touched, notes)
}

const filesOf = (p: Placed): { id: string; media: InboundMedia }[] => {
  const picture = pictureOf(p)
  return [
    ...(p.mediaId && p.message.media ? [{ id: p.mediaId, media: p.message.media }] : []),
    ...(p.pictureId && picture ? [{ id: p.pictureId, media: picture }] : []),
  ]
}

function rowOf(p: Placed): messages.NewMessage {
  const m = p.message
  const referral = p.pictureId ? { referral: { ...(m.content.referral as object), pictureId: p.pictureId } } : {}
  return {
    id: p.id,
    conversationId: p.conversationId,
    contactId: p.contactId,
    channelId: m.channelId,
    direction: p.direction,
    type: m.type,
    body: m.body,
    content: { ...m.content, ...referral, ...(m.reaction ? { emoji: m.reaction.emoji ?? '' } : {}) },
    status: p.direction === 'in' ? 'received' : (p.message.status ?? 'sent'),
    at: m.at,
    providerId: m.providerId,
    realId: m.realId,
    clientId: null,
    senderUserId: null,
    // The ad's picture stands here too when the message has no file of its own: whoever fetches it tells this message.
    mediaId: p.mediaId ?? p.pictureId,
    quotedProviderId: m.reaction?.targetProviderId ?? m.quotedProviderId,
    quotedId: null,
    raw: m.raw,
    authorContactId: p.authorId,
    sentFrom: p.direction === 'out' ? p.message.sentFrom : null,
  }
}

async function saveMessages(tx: TenantTx, tenantId: string, placed: readonly Placed[]): Promise<Placed[]> {
  const ids = await messages.insertMany(tx, tenantId, placed.map(rowOf))
  return placed.filter((p) => ids.has(p.id))
}

function arrivalsOf(saved: readonly Placed[]): Arrival[] {
  const out = new Map<string, Arrival>()
  for (const { id, message, conversationId } of saved) {
    const a = out.get(conversationId)
    if (!a) {
      out.set(conversationId, { conversationId, count: 1, lastId: id, lastAt: message.at, firstAt: message.at })
      continue
    }
    a.count++
    if (message.at >= a.lastAt) Object.assign(a, { lastId: id, lastAt: message.at })
    if (message.at < a.firstAt) a.firstAt = message.at
  }
  return [...out.values()]
}

/** What each way of coming means for the conversation: new and waiting, overheard, answered elsewhere, or long ago. */
async function moveConversations(tx: TenantTx, tenantId: string, saved: readonly Placed[]): Promise<NewEvent[]> {
  const moving = saved.filter(moves)
  const of = (via: InboundMessage['via'], direction: Placed['direction']) => moving.filter((p) => p.message.via === via && p.direction === direction)
  const live = of('live', 'in')
  const notes: NewEvent[] = []
  for (const conversation of await noteArrivals(tx, arrivalsOf(live))) {
    const messageId = await writeActivity(tx, tenantId, conversation, 'reopened', { by: null })
    notes.push({ kind: 'message.new', payload: { messageId, conversationId: conversation.id } })
  }
  await elsewhere.noteOverheard(tx, arrivalsOf(of('standby', 'in')))
  await elsewhere.noteEchoes(tx, arrivalsOf([...of('live', 'out'), ...of('standby', 'out')]))
  const past = arrivalsOf(moving.filter((p) => p.message.via === 'history'))
  await elsewhere.noteHistory(tx, past)
  await elsewhere.noteAdReferrals(
    tx,
    live.flatMap((p) => (p.direction === 'in' && p.message.fromAd ? [{ conversationId: p.conversationId, at: p.message.at }] : [])),
  )
  await noteWhoAnswers(tx, live, saved)
  const quiet = past.map(({ conversationId }): NewEvent => ({ kind: 'conversation.updated', payload: { conversationId } }))
  return [...notes, ...quiet]
}

/** What comes the ordinary way is ours to answer; what is overheard is not (Cloud API, standby). */
async function noteWhoAnswers(tx: TenantTx, live: readonly Placed[], saved: readonly Placed[]): Promise<void> {
  const overheard = saved.filter((p) => p.message.via === 'standby')
  const passive = await elsewhere.findPassive(tx, [...new Set(live.map((p) => p.conversationId))])
  await elsewhere.noteControl(tx, [
    ...overheard.map((p) => ({ conversationId: p.conversationId, control: 'passive' as const, at: p.message.at })),
    ...live.filter((p) => passive.has(p.conversationId)).map((p) => ({ conversationId: p.conversationId, control: 'ours' as const, at: p.message.at })),
  ])
}

/** Quotes, reactions, edits and deletions find their messages, whichever came first. */
async function connect(tx: TenantTx, saved: readonly Placed[]): Promise<Touched[]> {
  const keys = saved.map((p) => ({ channelId: p.message.channelId, providerId: p.message.providerId }))
  const quoting = saved.filter((p) => p.message.quotedProviderId && !p.message.reaction)
  if (quoting.length > 0)
    await messages.linkQuotes(
      tx,
      quoting.map((p) => p.id),
    )
  const early = await messages.findReactionsTo(tx, keys)
  const reactions = saved.filter((p) => p.message.reaction).map((p) => p.id)
  const reacted = await messages.applyReactions(tx, [...reactions, ...early])
  const corrected = await applyChanges(tx, keys)
  // A receipt may overtake the echo of its message.
  const ours = saved.filter((p) => p.direction === 'out' && moves(p)).map((p) => p.message)
  if (ours.length > 0)
    await messages.advance(
      tx,
      ours.map((m) => m.channelId),
      ours.map((m) => m.providerId),
    )
  return [...reacted, ...corrected]
}

async function tellAndFollowUp(
  ctx: Context,
  tx: TenantTx,
  tenantId: string,
  saved: readonly Placed[],
  touched: readonly Touched[],
  notes: readonly NewEvent[],
): Promise<number> {
  const shown = saved.filter((p) => moves(p) && p.message.via !== 'history')
  const events: NewEvent[] = [
    ...notes,
    ...shown.map((p) => ({ kind: 'message.new' as const, payload: { messageId: p.id, conversationId: p.conversationId } })),
    ...touched.map((t) => ({ kind: 'message.updated' as const, payload: { messageId: t.id, conversationId: t.conversation_id } })),
  ]
  await publish(tx, tenantId, events)
  const files = saved.flatMap((p) => filesOf(p).map(({ id, media }) => ({ p, id, media })))
  await ctx.jobs.sendMany(
    tx,
    downloadMediaJob,
    files.map(({ p, id: mediaId, media: { providerMediaId } }) => ({ tenantId, mediaId, channelId: p.message.channelId, messageId: p.id, providerMediaId })),
  )
  const counted = shown.filter((p) => p.direction === 'in').length
  if (counted > 0) await countUsage(tx, tenantId, 'messages_received', counted)
  return counted
}
