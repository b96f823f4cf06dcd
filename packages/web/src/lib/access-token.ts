import { Login } from '@atende/contracts/access'
import { z } from 'zod'
import { errorFromAnswer } from './api-error.ts'
import { createTokenKeeper } from './token-keeper.ts'
import { offlineError, readJson, send } from './transport.ts'

export type SessionEnd = 'expired' | 'ended' | 'logout'

const TabMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('grant'), token: z.string(), expiresAt: z.number(), sessionId: z.string() }),
  z.object({ type: z.literal('logout') }),
])

const tabs = new BroadcastChannel('atende-session')
const endListeners = new Set<(why: SessionEnd) => void>()

const ASKED_AT = 'atende-refresh-asked-at'
/** How long a page may wait for a refresh that its predecessor left behind. */
const LEFT_BEHIND_MS = 1500

/**
 * A reload kills the page in the middle of its refresh, with its lock; the request itself lives on (keepalive) and brings the new
 * cookie. The next page must not show the old cookie meanwhile: the server would take it for stolen.
 */
async function waitForPredecessor(): Promise<void> {
  const asked = Number(localStorage.getItem(ASKED_AT) ?? 0)
  const wait = asked + LEFT_BEHIND_MS - Date.now()
  if (wait > 0 && wait <= LEFT_BEHIND_MS) await new Promise((done) => setTimeout(done, wait))
}

async function requestRefresh(): Promise<Login | null> {
  await waitForPredecessor()
  localStorage.setItem(ASKED_AT, String(Date.now()))
  const answer = await send('/api/auth/refresh', { method: 'POST', keepalive: true })
  localStorage.removeItem(ASKED_AT)
  const body = await readJson(answer)
  if (answer.status === 401) return null
  if (!answer.ok) throw errorFromAnswer(answer.status, body, answer.headers)
  const login = Login.safeParse(body)
  if (!login.success) throw offlineError('answer_unexpected', login.error)
  return login.data
}

export const tokenKeeper = createTokenKeeper({
  requestRefresh,
  // Locks exist only on https and localhost; elsewhere one tab at a time is the best there is.
  withLock: (work) => ('locks' in navigator ? navigator.locks.request('atende-refresh', work) : work()),
  publish: (grant) => tabs.postMessage({ type: 'grant', ...grant }),
  now: Date.now,
})

let leaving = false
/** From here on an end is our own wish, even when the socket hears of it before the answer comes. */
export const startLeaving = (): void => {
  leaving = true
}

/** The login is over: screens listen to this to go to the login page. */
export function endSession(why: SessionEnd): void {
  tokenKeeper.forget()
  for (const listener of endListeners) listener(leaving ? 'logout' : why)
  if (why === 'logout') leaving = false
}

export function onSessionEnd(listener: (why: SessionEnd) => void): () => void {
  endListeners.add(listener)
  return () => endListeners.delete(listener)
}

export const tellTabsLogout = (): void => tabs.postMessage({ type: 'logout' })

tabs.addEventListener('message', (event) => {
  const message = TabMessage.safeParse(event.data)
  if (!message.success) return
  if (message.data.type === 'logout') {
    if (tokenKeeper.sessionId() !== null) endSession('logout')
    return
  }
  const mine = tokenKeeper.sessionId()
  // Somebody logged in as another person in another tab; what this tab shows is no longer theirs to see.
  if (mine !== null && mine !== message.data.sessionId) window.location.reload()
  else tokenKeeper.adopt(message.data)
})
