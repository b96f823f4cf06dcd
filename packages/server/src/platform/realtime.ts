import type { IncomingMessage } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { AuthenticateInput, type ClientToServerEvents, RoomInput, type ServerToClientEvents } from '@atende/contracts/realtime'
import { Server, type Socket } from 'socket.io'
import { ZodError } from 'zod'
import { checkToken, may, type TenantLogin } from './auth.ts'
import type { Context } from './context.ts'
import { inTenant, type TenantTx } from './database.ts'
import { AppError } from './errors.ts'
import { currentHorizon, eventsSince, type StoredEvent, socketCursor } from './events.ts'
import type { Http } from './http.ts'
import { connectionLimits, eventLimit } from './limits/socket-limits.ts'

type Data = { login: TenantLogin | null; expiry: NodeJS.Timeout | undefined }
export type Io = Server<ClientToServerEvents, ServerToClientEvents, Record<string, never>, Data>
export type Client = Socket<ClientToServerEvents, ServerToClientEvents, Record<string, never>, Data>

/** Conversations and messages of a tenant: only logins that may read all conversations. */
export const tenantRoom = (tenantId: string) => `tenant:${tenantId}`
/** What is one person's, for those who see only the own conversations; and what is nobody's yet, for those who see that too. */
export const mineRoom = (tenantId: string, userId: string) => `mine:${tenantId}:${userId}`
export const openRoom = (tenantId: string) => `open:${tenantId}`
/** Who hears of a conversation, by whose it is. */
export const sightRooms = (tenantId: string, assigneeId: string | null | undefined): string[] => [
  tenantRoom(tenantId),
  assigneeId ? mineRoom(tenantId, assigneeId) : openRoom(tenantId),
]
/** Changes of settings lists: every login of the tenant. */
export const listsRoom = (tenantId: string) => `lists:${tenantId}`
/** Typing in one conversation; joined on request, checked each time. */
export const conversationRoom = (id: string) => `conversation:${id}`
export const sessionRoom = (id: string) => `session:${id}`
const userRoom = (tenantId: string, userId: string) => `user:${tenantId}:${userId}`

const REPLAY_MAX = 500
/** An access token that runs out closes its socket, after a little grace for the renewal under way. */
const GRACE_MS = 20_000
/** How long requests that are under way may take when the process ends. */
const STOP_MS = 5000

export type RealtimeParts = {
  /** Is this a conversation of the transaction's tenant? */
  conversationExists: (tx: TenantTx, id: string) => Promise<boolean>
  /** Sends past events to one socket, as they would have been sent live. */
  replay: (login: TenantLogin, events: StoredEvent[], horizon: string, to: Client) => Promise<void>
  onTyping: (login: TenantLogin, conversationId: string, state: 'start' | 'stop') => void
  /** Somebody's socket stands; `request` is the one that opened it. */
  onConnected: (login: TenantLogin, request: IncomingMessage) => Promise<void>
}

export type Realtime = {
  io: Io
  /** Whether anybody here listens to this tenant: presenting an event for nobody would be wasted work. */
  hasListeners: (tenantId: string) => boolean
  /** How many sockets with a login each tenant has here. */
  socketsByTenant: () => ReadonlyMap<string, number>
  endSession: (sessionId: string, reason: string) => void
  /** Roles or activity of a person changed: their sockets must authenticate again. */
  recheckUser: (tenantId: string, userId: string) => void
  /** Asks every socket to connect again, spread over this time so that no crowd arrives at the others, and waits until it is over. */
  drain: (ms: number) => Promise<void>
  stop: () => Promise<void>
}

/** Older than a day, reloading is cheaper than replaying. */
const CURSOR_MAX_AGE = 24 * 3600

function readCursor(cursor: string, horizon: string): string | undefined {
  const m = /^(\d{1,20})\.(\d{1,12})$/.exec(cursor)
  if (!m?.[1] || !m[2] || BigInt(m[1]) > BigInt(horizon)) return undefined
  return Date.now() / 1000 - Number(m[2]) > CURSOR_MAX_AGE ? undefined : m[1]
}

const refusal = (e: unknown) => ({ ok: false as const, code: e instanceof AppError ? e.code : 'internal' })

async function enterRooms(socket: Client, login: TenantLogin): Promise<void> {
  for (const room of socket.rooms) if (room !== socket.id) await socket.leave(room)
  const { tenantId, userId, sees } = login
  const rooms = [listsRoom(tenantId), sessionRoom(login.sessionId), userRoom(tenantId, userId)]
  if (may(login, 'conversations.read')) {
    rooms.push(sees === 'all' ? tenantRoom(tenantId) : mineRoom(tenantId, userId))
    if (sees === 'own_and_unassigned') rooms.push(openRoom(tenantId))
  }
  await socket.join(rooms)
}

function closeWhenExpired(socket: Client, at: Date): void {
  clearTimeout(socket.data.expiry)
  socket.data.expiry = setTimeout(() => socket.disconnect(true), at.getTime() - Date.now() + GRACE_MS)
}

/** One person's tabs and devices are few. @throws AppError too_many_requests */
function requireSocketRoom(ctx: Context, socket: Client, { tenantId, userId }: TenantLogin): void {
  const open = socket.nsp.adapter.rooms.get(userRoom(tenantId, userId))
  if (open && !open.has(socket.id) && open.size >= ctx.config.RATE_LIMIT_SOCKETS_PER_USER) throw new AppError('too_many_requests')
}

type Hub = { ctx: Context; parts: RealtimeParts }

async function authenticate({ ctx, parts }: Hub, socket: Client, raw: unknown) {
  const input = AuthenticateInput.parse(raw)
  const login = await checkToken(ctx, input.token)
  if (!login.tenantId) throw new AppError('forbidden')
  if (login.mustEnrol) throw new AppError('second_factor_required')
  const mine: TenantLogin = { ...login, tenantId: login.tenantId }
  const before = socket.data.login
  if (before && (before.tenantId !== mine.tenantId || before.userId !== mine.userId)) throw new AppError('forbidden')
  requireSocketRoom(ctx, socket, mine)
  // With another sight each conversation must be asked for again.
  const joined = before && may(mine, 'conversations.read') && before.sees === mine.sees ? [...socket.rooms].filter((r) => r.startsWith('conversation:')) : []
  await enterRooms(socket, mine)
  await socket.join(joined)
  if (!before) await parts.onConnected(mine, socket.request)
  socket.data.login = mine
  closeWhenExpired(socket, mine.expiresAt)
  // The rooms are joined before the past is read, so nothing falls between; what comes twice does no harm.
  const horizon = await currentHorizon(ctx.db)
  const reset = input.cursor ? !(await replaySince({ ctx, parts }, socket, mine, input.cursor, horizon)) : false
  return { ok: true as const, cursor: socketCursor(horizon), reset, expiresAt: mine.expiresAt.toISOString() }
}

async function replaySince({ ctx, parts }: Hub, socket: Client, login: TenantLogin, cursor: string, horizon: string): Promise<boolean> {
  const since = readCursor(cursor, horizon)
  if (!since) return false
  const events = await inTenant(ctx.db, login.tenantId, (tx) => eventsSince(tx, since, REPLAY_MAX))
  // What was seen before may be more than may be seen now.
  if (!events || events.some((e) => e.kind === 'access.changed' && e.payload.userId === login.userId)) return false
  // Nothing of a conversation is even read for those who may see none.
  const theirs = may(login, 'conversations.read') ? events : events.filter((e) => e.kind === 'list.changed')
  await parts.replay(login, theirs, horizon, socket)
  return true
}

function requireReader(socket: Client): TenantLogin {
  const { login } = socket.data
  if (!login) throw new AppError('unauthenticated')
  if (!may(login, 'conversations.read')) throw new AppError('forbidden')
  return login
}

/** Every event that a client may send, with its handler, which checks whose it is. */
const clientEvents = (hub: Hub, socket: Client): Record<keyof ClientToServerEvents, (raw: unknown) => Promise<object>> => {
  const typing = (state: 'start' | 'stop') => async (raw: unknown) => {
    const login = requireReader(socket)
    const { conversationId } = RoomInput.parse(raw)
    // Only inside a joined conversation: joining has checked that it is the tenant's own.
    if (!socket.rooms.has(conversationRoom(conversationId))) throw new AppError('not_found')
    hub.parts.onTyping(login, conversationId, state)
    return { ok: true }
  }
  return {
    authenticate: (raw) => authenticate(hub, socket, raw),
    'join:conversation': async (raw) => {
      const login = requireReader(socket)
      const { conversationId } = RoomInput.parse(raw)
      const exists = await inTenant(hub.ctx.db, login.tenantId, (tx) => hub.parts.conversationExists(tx, conversationId), login.userId, login)
      if (!exists) throw new AppError('not_found')
      await socket.join(conversationRoom(conversationId))
      return { ok: true }
    },
    'leave:conversation': async (raw) => {
      const { conversationId } = RoomInput.parse(raw)
      await socket.leave(conversationRoom(conversationId))
      return { ok: true }
    },
    'typing:start': typing('start'),
    'typing:stop': typing('stop'),
  }
}

/** Names of the events that a client may send. */
export const clientEventNames = (): string[] => {
  const unused = new Proxy({}, { get: () => undefined })
  return Object.keys(clientEvents(unused as Hub, unused as Client))
}

/** Runs each event's handler and answers its acknowledgement; bad input or a missing acknowledgement never ends the process. */
function listen(hub: Hub, socket: Client): void {
  const handlers = clientEvents(hub, socket)
  const allow = eventLimit(hub.ctx.config.RATE_LIMIT_SOCKET_EVENTS)
  socket.onAny((name: string, raw: unknown, ack?: unknown) => {
    const answer = (a: unknown) => (typeof ack === 'function' ? ack(a) : undefined)
    const pace = allow()
    if (pace === 'hopeless') socket.disconnect(true)
    if (pace !== 'ok') return answer({ ok: false, code: 'too_many_requests' })
    const handle = Object.hasOwn(handlers, name) ? handlers[name as keyof ClientToServerEvents] : undefined
    if (!handle) return answer({ ok: false, code: 'not_found' })
    handle(raw).then(answer, (e) => {
      if (!(e instanceof AppError)) hub.ctx.log.debug({ err: e, event: name }, 'socket event refused')
      answer(e instanceof ZodError ? { ok: false, code: 'validation_failed' } : refusal(e))
    })
  })
}

/** The origins that may open a socket: our own, and those of the allow list. */
const originAllowed = (ctx: Context, origin: string | undefined, host: string | undefined): boolean =>
  !origin || origin === `http://${host}` || origin === `https://${host}` || ctx.config.origins.includes(origin)

export function startRealtime(app: Http, ctx: Context, parts: RealtimeParts): Realtime {
  const hub: Hub = { ctx, parts }
  const connections = connectionLimits(ctx)
  const io: Io = new Server(app.server, {
    serveClient: false,
    maxHttpBufferSize: 64 * 1024,
    cors: { origin: ctx.config.origins, credentials: true },
    allowRequest: (request, done) => {
      if (!originAllowed(ctx, request.headers.origin, request.headers.host)) return done(null, false)
      connections.refusal(request).then(
        (reason) => done(reason ?? null, reason === undefined),
        () => done(null, true),
      )
    },
  })
  connections.watch(io.engine)

  // A token in the handshake saves the round trip of `authenticate`; a bad one is refused before the connection stands.
  io.use((socket, next) => {
    socket.data.login = null
    const { auth } = socket.handshake
    if (auth.token === undefined) return next()
    authenticate(hub, socket, auth).then(
      () => next(),
      (e) => next(new Error(e instanceof AppError && e.code === 'too_many_requests' ? e.code : 'unauthenticated')),
    )
  })

  io.on('connection', (socket) => {
    if (!socket.data.login) closeWhenExpired(socket, new Date())
    listen(hub, socket)
    socket.on('disconnect', () => clearTimeout(socket.data.expiry))
  })

  return {
    io,
    hasListeners: (tenantId) => {
      const { rooms } = io.sockets.adapter
      return rooms.has(listsRoom(tenantId))
    },
    socketsByTenant: () => {
      const prefix = listsRoom('')
      const rooms = [...io.sockets.adapter.rooms].filter(([room]) => room.startsWith(prefix))
      return new Map(rooms.map(([room, sockets]) => [room.slice(prefix.length), sockets.size]))
    },
    endSession: (sessionId, reason) => {
      io.to(sessionRoom(sessionId)).emit('session:ended', { reason })
      io.in(sessionRoom(sessionId)).disconnectSockets(true)
    },
    recheckUser: (tenantId, userId) => {
      io.to(userRoom(tenantId, userId)).emit('access:changed', {})
      io.in(userRoom(tenantId, userId)).disconnectSockets(true)
    },
    drain: async (ms) => {
      const sockets = [...io.sockets.sockets.values()]
      // Closing the connection, not the session: every client comes back by itself then, and asks for what it missed.
      const timers = sockets.map((socket, i) => setTimeout(() => socket.conn.close(), (ms * i) / sockets.length))
      await pause(ms)
      for (const timer of timers) clearTimeout(timer)
    },
    stop: async () => {
      io.disconnectSockets(true)
      // A connection on which nothing was asked yet counts as busy, and would hold the end for a minute.
      const late = setTimeout(() => app.server.closeAllConnections(), STOP_MS)
      await io.close()
      clearTimeout(late)
    },
  }
}
