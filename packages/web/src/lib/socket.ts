import type { ClientToServerEvents, ServerToClientEvents } from '@atende/contracts/realtime'
import { useEffect, useEffectEvent } from 'react'
import { io, type Socket } from 'socket.io-client'
import { endSession, onSessionEnd, tokenKeeper } from './access-token.ts'
import { getConnection, setConnection } from './connection.ts'
import { eventCursor, moveEventCursor } from './event-cursor.ts'
import { keys, queryClient, refetchFailed } from './query.ts'
import { goToEnrolment } from './step-up.ts'

export const socket: Socket<ServerToClientEvents, ClientToServerEvents> = io({
  path: '/socket.io',
  autoConnect: false,
  transports: ['websocket', 'polling'],
  // Some company proxies break websockets; then the slower way is tried by itself.
  tryAllTransports: true,
  // Somebody looks at the screen and waits: back within two seconds or so of the server.
  reconnectionDelay: 400,
  reconnectionDelayMax: 2_000,
  randomizationFactor: 0.3,
})

const ACK_MS = 10_000
const RENEW_EARLY_MS = 60_000
const OFFLINE_AFTER_MS = 8_000
const PROBE_MS = 3_000
const SLEPT_MS = 30_000

/** While the past is being sent, what comes live is further on already: its cursor would leave out the rest. */
let catchingUp = false
let renewal: ReturnType<typeof setTimeout> | undefined
let offlineTimer: ReturnType<typeof setTimeout> | undefined

async function currentToken(refused: string | null): Promise<string | null> {
  const token = tokenKeeper.fresh()
  if (token !== null && token !== refused) return token
  return (await tokenKeeper.refresh(refused))?.token ?? null
}

async function authenticate(refused: string | null, patience: number): Promise<void> {
  const token = await currentToken(refused)
  if (token === null) {
    endSession('expired')
    return
  }
  const cursor = eventCursor()
  catchingUp = true
  const answer = await socket
    .timeout(patience)
    .emitWithAck('authenticate', cursor === undefined ? { token } : { token, cursor })
    .finally(() => {
      catchingUp = false
    })
  if (!answer.ok) {
    if (answer.code === 'too_many_requests') return authenticateLater()
    if (answer.code === 'second_factor_required') return goToEnrolment()
    // A second refusal in a row with a new token is not about the token.
    if (refused === null) await authenticate(token, patience)
    else endSession('expired')
    return
  }
  moveEventCursor(answer.cursor)
  if (answer.reset) loadAgain()
  markOnline()
  planRenewal(answer.expiresAt)
}

/** What nobody looks at is forgotten: it may be more than may be seen now. */
function loadAgain(): void {
  queryClient.removeQueries({ type: 'inactive' })
  void queryClient.invalidateQueries()
}

function planRenewal(expiresAt: string): void {
  clearTimeout(renewal)
  const wait = Math.max(5_000, new Date(expiresAt).getTime() - Date.now() - RENEW_EARLY_MS)
  renewal = setTimeout(() => void tryAuthenticate(tokenKeeper.fresh()), wait)
}

/** Too many tabs, or too fast: that ends no login. */
function authenticateLater(): void {
  clearTimeout(renewal)
  renewal = setTimeout(() => void tryAuthenticate(null), ACK_MS)
}

async function tryAuthenticate(refused: string | null, patience = ACK_MS): Promise<void> {
  try {
    await authenticate(refused, patience)
  } catch {
    // No answer in time: start the connection again, which authenticates again.
    if (socket.connected) socket.disconnect().connect()
  }
}

function markOnline(): void {
  clearTimeout(offlineTimer)
  offlineTimer = undefined
  if (getConnection() === 'online') return
  setConnection('online')
  void refetchFailed()
}

function markAway(): void {
  clearTimeout(renewal)
  if (!navigator.onLine) {
    setConnection('offline')
    return
  }
  // Every further try reports here too; what is said plainly must not flicker with them.
  if (getConnection() === 'offline') return
  setConnection('connecting')
  offlineTimer ??= setTimeout(() => setConnection('offline'), OFFLINE_AFTER_MS)
}

let wired = false
function wire(): void {
  if (wired) return
  wired = true
  onSessionEnd(disconnectSocket)
  socket.on('connect', () => void tryAuthenticate(null))
  socket.on('disconnect', (reason) => {
    markAway()
    // The server closed it on purpose (restart); the client does not come back by itself then.
    if (reason !== 'io server disconnect' || tokenKeeper.sessionId() === null) return
    setTimeout(() => {
      if (tokenKeeper.sessionId() === null) return
      socket.connect()
      void queryClient.invalidateQueries({ queryKey: keys.me })
    }, 500)
  })
  socket.io.on('reconnect_attempt', markAway)
  socket.on('connect_error', markAway)
  // Another role, or another rule of who sees what: the socket is closed after it.
  socket.on('access:changed', loadAgain)
  socket.on('session:ended', () => endSession('ended'))
  socket.onAny((_name, event: unknown) => {
    if (!catchingUp && typeof event === 'object' && event !== null && 'cursor' in event && typeof event.cursor === 'string') moveEventCursor(event.cursor)
  })
  window.addEventListener('offline', markAway)
  window.addEventListener('online', () => {
    if (socket.connected) void tryAuthenticate(null, PROBE_MS)
    else socket.connect()
  })
  watchSleep()
}

/** After a sleep the connection may be dead without knowing: ask at once, instead of waiting for the next heartbeat. */
function watchSleep(): void {
  let hiddenAt: number | null = null
  document.addEventListener('visibilitychange', () => {
    const away = hiddenAt === null ? 0 : Date.now() - hiddenAt
    hiddenAt = document.visibilityState === 'hidden' ? Date.now() : null
    if (away > SLEPT_MS && socket.connected) void tryAuthenticate(null, PROBE_MS)
  })
}

export function connectSocket(): void {
  wire()
  if (!socket.connected) socket.connect()
}

function disconnectSocket(): void {
  clearTimeout(renewal)
  clearTimeout(offlineTimer)
  offlineTimer = undefined
  socket.disconnect()
}

type EventOf = { [N in keyof ServerToClientEvents]: Parameters<ServerToClientEvents[N]>[0] }
// Socket.IO cannot relate a generic event name to its listener's type; this view of it can.
type Listening = { on(name: string, listener: unknown): unknown; off(name: string, listener: unknown): unknown }

/** Listens while the component is mounted; the newest `handler` is called, so it may close over state. */
export function useSocketEvent<N extends keyof EventOf>(name: N, handler: (event: EventOf[N]) => void): void {
  const latest = useEffectEvent(handler)
  useEffect(() => {
    const listener = (event: EventOf[N]): void => latest(event)
    const source: Listening = socket as never
    source.on(name, listener)
    return () => {
      source.off(name, listener)
    }
  }, [name])
}
