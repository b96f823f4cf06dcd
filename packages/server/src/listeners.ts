import type { ServerToClientEvents } from '@atende/contracts/realtime'
import { forgetRoutes } from './features/channels/whatsapp-cloud/route-webhook.ts'
import { presentConversations } from './features/conversations/conversations.ts'
import { presentMessages } from './features/messages/messages.ts'
import type { Context } from './platform/context.ts'
import { tenantTx } from './platform/context.ts'
import type { EventKind, EventPayloads, StoredEvent } from './platform/events.ts'
import { type Client, type Io, listsRoom, type Realtime, socketCursor, tenantRoom } from './platform/realtime.ts'

type Message = Parameters<ServerToClientEvents['message:new']>[0]['message']
type Conversation = Parameters<ServerToClientEvents['conversation:updated']>[0]['conversation']
type Loaded = { messages: Map<string, Message>; conversations: Map<string, Conversation>; users: Map<string, string>; cursor: string }
/** Sends to one room, or to one socket that catches up. */
type Target = { room: (name: string) => Pick<Io, 'emit'> }

type Listener<K extends EventKind> = (payload: EventPayloads[K], loaded: Loaded, target: Target, tenantId: string) => void

/**
 * List 3: what happens after the commit of each event, in this process. Content is read when it is told, so an event that waits
 * tells the newest state.
 */
const LISTENERS: { [K in EventKind]: Listener<K> } = {
  'message.new': ({ messageId, conversationId }, { messages, conversations, cursor }, target, tenantId) => {
    const message = messages.get(messageId)
    const conversation = conversations.get(conversationId)
    if (message && conversation) target.room(tenantRoom(tenantId)).emit('message:new', { cursor, message, conversation })
  },
  'message.status': ({ messageId, conversationId }, { messages, cursor }, target, tenantId) => {
    const m = messages.get(messageId)
    if (!m) return
    const { status, statusTimes, error, clientId } = m
    target.room(tenantRoom(tenantId)).emit('message:status', { cursor, conversationId, messageId, clientId, status, statusTimes, error })
  },
  'message.updated': ({ messageId }, { messages, cursor }, target, tenantId) => {
    const message = messages.get(messageId)
    if (message) target.room(tenantRoom(tenantId)).emit('message:updated', { cursor, message })
  },
  'conversation.updated': ({ conversationId }, { conversations, cursor }, target, tenantId) => {
    const conversation = conversations.get(conversationId)
    if (conversation) target.room(tenantRoom(tenantId)).emit('conversation:updated', { cursor, conversation })
  },
  'conversation.assigned': ({ conversationId, by }, { conversations, users, cursor }, target, tenantId) => {
    const conversation = conversations.get(conversationId)
    if (conversation)
      target.room(tenantRoom(tenantId)).emit('conversation:assigned', { cursor, conversation, by: by ? { id: by, name: users.get(by) ?? '' } : null })
  },
  'list.changed': ({ list }, { cursor }, target, tenantId) => {
    target.room(listsRoom(tenantId)).emit('list:changed', { cursor, list })
  },
  // Told at once and to nobody's room: see `applyAccess`.
  'session.ended': () => {},
  'access.changed': () => {},
}

async function load(ctx: Context, tenantId: string, events: readonly StoredEvent[], cursor: string): Promise<Loaded> {
  const messageIds = new Set<string>()
  const conversationIds = new Set<string>()
  const userIds = new Set<string>()
  for (const { payload } of events) {
    if ('messageId' in payload) messageIds.add(payload.messageId)
    if ('conversationId' in payload) conversationIds.add(payload.conversationId)
    if ('by' in payload && payload.by) userIds.add(payload.by)
  }
  return tenantTx(ctx, tenantId, async (tx) => ({
    messages: await presentMessages(ctx, tx, [...messageIds]),
    conversations: await presentConversations(tx, [...conversationIds]),
    users: new Map(
      userIds.size === 0
        ? []
        : (
            await tx
              .selectFrom('users')
              .select(['id', 'name'])
              .where('id', 'in', [...userIds])
              .execute()
          ).map((u) => [u.id, u.name]),
    ),
    cursor,
  }))
}

const dispatch = <K extends EventKind>(e: { kind: K; payload: EventPayloads[K] }, loaded: Loaded, target: Target, tenantId: string) =>
  LISTENERS[e.kind](e.payload, loaded, target, tenantId)

async function tell(ctx: Context, tenantId: string, events: readonly StoredEvent[], horizon: string, target: Target): Promise<void> {
  const loaded = await load(ctx, tenantId, events, socketCursor(horizon))
  for (const e of events) dispatch(e, loaded, target, tenantId)
}

function applyAccess(realtime: Realtime, e: StoredEvent): void {
  if (e.kind === 'session.ended') realtime.endSession(e.payload.sessionId, e.payload.reason)
  if (e.kind === 'access.changed') realtime.recheckUser(e.tenantId, e.payload.userId)
  if (e.kind === 'list.changed' && e.payload.list === 'channels') forgetRoutes()
}

/** What the event tail calls with everything that was committed. */
export const tellEvents = (ctx: Context, realtime: Realtime) => async (events: StoredEvent[], horizon: string) => {
  for (const e of events) applyAccess(realtime, e)
  for (const [tenantId, mine] of Map.groupBy(events, (e) => e.tenantId)) {
    if (!realtime.hasListeners(tenantId)) continue
    await tell(ctx, tenantId, mine, horizon, { room: (name) => realtime.io.to(name) })
  }
}

/** The same, for one socket that was away. */
export const replayEvents = (ctx: Context) => async (tenantId: string, events: StoredEvent[], horizon: string, to: Client) => {
  await tell(ctx, tenantId, events, horizon, { room: () => ({ emit: to.emit.bind(to) }) })
}
