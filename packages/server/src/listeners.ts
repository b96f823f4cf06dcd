import type { ServerToClientEvents } from '@atende/contracts/realtime'
import { forgetRoutes } from './features/channels/whatsapp-cloud/route-webhook.ts'
import { presentConversations } from './features/conversations/conversations.ts'
import { linksFor, mayHoldLinks } from './features/media/media-url.ts'
import { presentMessages } from './features/messages/messages.ts'
import type { TenantLogin } from './platform/auth.ts'
import type { Context } from './platform/context.ts'
import { tenantTx } from './platform/context.ts'
import { inTenant, type TenantTx } from './platform/database.ts'
import { type EventKind, type EventPayloads, type StoredEvent, socketCursor } from './platform/events.ts'
import { type Client, conversationRoom, type Io, listsRoom, mineRoom, openRoom, type Realtime, sightRooms } from './platform/realtime.ts'

type Message = Parameters<ServerToClientEvents['message:new']>[0]['message']
type Conversation = Parameters<ServerToClientEvents['conversation:updated']>[0]['conversation']
type Loaded = { messages: Map<string, Message>; conversations: Map<string, Conversation>; users: Map<string, string>; cursor: string }
/** Sends to rooms (each socket once), or to one socket that catches up, as far as it is in them. */
type Target = {
  to: (rooms: readonly string[], except?: readonly string[]) => Pick<Io, 'emit' | 'socketsLeave'>
  /** Each of the sockets in these rooms. */
  each: (rooms: readonly string[]) => Iterable<Client>
  links: (sessionId: string, json: string) => string
}

/** Those who may see the conversation now. */
const seers = (target: Target, tenantId: string, conversation: Conversation) => target.to(sightRooms(tenantId, conversation.assignee?.id))

/** Who sees the message is told; what names a file, to each in links of their own session. */
function tellMessage<P extends object>(target: Target, rooms: string[], payload: P, emit: (to: Pick<Io, 'emit'>, payload: P) => unknown): void {
  const json = JSON.stringify(payload)
  if (!mayHoldLinks(json)) {
    emit(target.to(rooms), payload)
    return
  }
  for (const socket of target.each(rooms)) emit(socket, JSON.parse(target.links(socket.data.login?.sessionId ?? '', json)) as P)
}

/** Who saw it as the former assignee's, or as nobody's, and does so no longer. */
function tellGone(
  target: Target,
  tenantId: string,
  { conversationId, from }: EventPayloads['conversation.assigned'],
  seersNow: string[],
  cursor: string,
): void {
  const lost = target.to([from ? mineRoom(tenantId, from) : openRoom(tenantId)], seersNow)
  lost.emit('conversation:gone', { cursor, conversationId })
  lost.socketsLeave(conversationRoom(conversationId))
}

type Listener<K extends EventKind> = (payload: EventPayloads[K], loaded: Loaded, target: Target, tenantId: string) => void

/**
 * List 3: what happens after the commit of each event, in this process. Content is read when it is told, so an event that waits
 * tells the newest state.
 */
const LISTENERS: { [K in EventKind]: Listener<K> } = {
  'message.new': ({ messageId, conversationId }, { messages, conversations, cursor }, target, tenantId) => {
    const message = messages.get(messageId)
    const conversation = conversations.get(conversationId)
    if (message && conversation)
      tellMessage(target, sightRooms(tenantId, conversation.assignee?.id), { cursor, message, conversation }, (to, p) => to.emit('message:new', p))
  },
  'message.status': ({ messageId, conversationId }, { messages, conversations, cursor }, target, tenantId) => {
    const m = messages.get(messageId)
    const conversation = conversations.get(conversationId)
    if (!m || !conversation) return
    const { status, statusTimes, error, clientId } = m
    seers(target, tenantId, conversation).emit('message:status', { cursor, conversationId, messageId, clientId, status, statusTimes, error })
  },
  'message.updated': ({ messageId, conversationId }, { messages, conversations, cursor }, target, tenantId) => {
    const message = messages.get(messageId)
    const conversation = conversations.get(conversationId)
    if (message && conversation)
      tellMessage(target, sightRooms(tenantId, conversation.assignee?.id), { cursor, message }, (to, p) => to.emit('message:updated', p))
  },
  'conversation.updated': ({ conversationId }, { conversations, cursor }, target, tenantId) => {
    const conversation = conversations.get(conversationId)
    if (conversation) seers(target, tenantId, conversation).emit('conversation:updated', { cursor, conversation })
  },
  'conversation.assigned': (payload, { conversations, users, cursor }, target, tenantId) => {
    const { conversationId, by } = payload
    const conversation = conversations.get(conversationId)
    // Who catches up cannot load what they may see no longer; it goes from their screen all the same.
    if (!conversation) return tellGone(target, tenantId, payload, [], cursor)
    seers(target, tenantId, conversation).emit('conversation:assigned', { cursor, conversation, by: by ? { id: by, name: users.get(by) ?? '' } : null })
    tellGone(target, tenantId, payload, sightRooms(tenantId, conversation.assignee?.id), cursor)
  },
  'list.changed': ({ list }, { cursor }, target, tenantId) => {
    target.to([listsRoom(tenantId)]).emit('list:changed', { cursor, list })
  },
  // Told at once and to nobody's room: see `applyAccess`.
  'session.ended': () => {},
  'access.changed': () => {},
}

async function load(ctx: Context, tx: TenantTx, events: readonly StoredEvent[], cursor: string): Promise<Loaded> {
  const messageIds = new Set<string>()
  const conversationIds = new Set<string>()
  const userIds = new Set<string>()
  for (const { payload } of events) {
    if ('messageId' in payload) messageIds.add(payload.messageId)
    if ('conversationId' in payload) conversationIds.add(payload.conversationId)
    if ('by' in payload && payload.by) userIds.add(payload.by)
  }
  return {
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
  }
}

const dispatch = <K extends EventKind>(e: { kind: K; payload: EventPayloads[K] }, loaded: Loaded, target: Target, tenantId: string) =>
  LISTENERS[e.kind](e.payload, loaded, target, tenantId)

function applyAccess(realtime: Realtime, e: StoredEvent): void {
  if (e.kind === 'session.ended') realtime.endSession(e.payload.sessionId, e.payload.reason)
  if (e.kind === 'access.changed') realtime.recheckUser(e.tenantId, e.payload.userId)
  if (e.kind === 'list.changed' && e.payload.list === 'channels') forgetRoutes()
}

/** Each socket once. */
function socketsIn(io: Io, rooms: readonly string[]): Client[] {
  const { adapter, sockets } = io.sockets
  const ids = new Set(rooms.flatMap((room) => [...(adapter.rooms.get(room) ?? [])]))
  return [...ids].flatMap((id) => sockets.get(id) ?? [])
}

/** What the event tail calls with everything that was committed. */
export const tellEvents = (ctx: Context, realtime: Realtime) => async (events: StoredEvent[], horizon: string) => {
  for (const e of events) applyAccess(realtime, e)
  for (const [tenantId, mine] of Map.groupBy(events, (e) => e.tenantId)) {
    if (!realtime.hasListeners(tenantId)) continue
    const loaded = await tenantTx(ctx, tenantId, (tx) => load(ctx, tx, mine, socketCursor(horizon)))
    const target: Target = {
      to: (rooms, except = []) => realtime.io.to([...rooms]).except([...except]),
      each: (rooms) => socketsIn(realtime.io, rooms),
      links: (sessionId, json) => linksFor(ctx, sessionId, json),
    }
    for (const e of mine) dispatch(e, loaded, target, tenantId)
  }
}

/** The same, for one socket that was away: what its person sees, in the rooms in which it is already. */
export const replayEvents = (ctx: Context) => async (login: TenantLogin, events: StoredEvent[], horizon: string, to: Client) => {
  const loaded = await inTenant(ctx.db, login.tenantId, (tx) => load(ctx, tx, events, socketCursor(horizon)), login.userId, login)
  const isIn = (rooms: readonly string[]) => rooms.some((r) => to.rooms.has(r))
  const nobody = { emit: () => true, socketsLeave: () => undefined }
  const itself = { emit: to.emit.bind(to), socketsLeave: (room: string | string[]) => [room].flat().forEach((r) => void to.leave(r)) }
  const target: Target = {
    to: (rooms, except = []) => (isIn(rooms) && !isIn(except) ? itself : nobody),
    // Before its login stands in the socket: the session is the one that asks.
    each: (rooms) => (isIn(rooms) ? [to] : []),
    links: (_sessionId, json) => linksFor(ctx, login.sessionId, json),
  }
  for (const e of events) dispatch(e, loaded, target, login.tenantId)
}
