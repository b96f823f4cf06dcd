import { Media } from '@atende/contracts/media'
import { Message, type MessageContent } from '@atende/contracts/messages'
import { useSyncExternalStore } from 'react'
import { api } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { errorSentence } from '../../lib/error-text.ts'
import { putMessage } from './cache.ts'
import { type Outbox, type OutboxAction, type OutboxEntry, type OutboxProblem, readyToSend, reduceOutbox, retryDelay } from './outbox.ts'
import { loadEntries, storeEntry } from './outbox-storage.ts'

/** A file that is still only in this tab's memory: it cannot survive a reload, and the bubble says so. */
export type LocalFile = { file: Blob; name: string; kind: Media['kind']; voice: boolean; width?: number; height?: number }

let outbox: Outbox = []
let owner: string | null = null
let timer: ReturnType<typeof setTimeout> | undefined
const files = new Map<string, LocalFile>()
const listeners = new Set<() => void>()

const dispatch = (action: OutboxAction): void => {
  const next = reduceOutbox(outbox, action)
  if (next === outbox) return
  const before = outbox
  outbox = next
  if (owner !== null) storeEntry(owner, before, next)
  for (const listener of listeners) listener()
}

const subscribe = (listener: () => void) => {
  listeners.add(listener)
  return () => listeners.delete(listener)
}
export const useOutbox = (): Outbox => useSyncExternalStore(subscribe, () => outbox)

/** A lost login is no refusal either: the message goes when the same person is back. */
const isLoginLost = (error: unknown): boolean => isApiError(error) && error.status === 401
const isWorthWaiting = (error: unknown): boolean =>
  isLoginLost(error) || (isApiError(error) && (error.status === 0 || error.status === 429 || error.status >= 500))

const problemOf = (error: unknown): OutboxProblem => ({
  title: errorSentence(error),
  detail: isApiError(error) ? (error.detail ?? '') : '',
  code: isApiError(error) ? error.code : 'unknown',
  canRetry: !isApiError(error) || !['validation_failed', 'not_found', 'media_type_refused', 'media_too_large', 'window_closed'].includes(error.code),
})

const withMedia = (shown: MessageContent, mediaId: string): OutboxEntry['content'] => {
  switch (shown.type) {
    case 'image':
    case 'video':
    case 'document':
      return { type: shown.type, mediaId, ...(shown.caption ? { caption: shown.caption } : {}) }
    case 'audio':
    case 'sticker':
      return { type: shown.type, mediaId }
    default:
      return null
  }
}

const upload = async (entry: OutboxEntry): Promise<NonNullable<OutboxEntry['content']>> => {
  const local = files.get(entry.clientId)
  if (!local) throw new Error('the file is gone')
  const form = new FormData()
  // Fields before the file: a streaming server reads them in order.
  form.set('kind', local.kind)
  if (local.voice) form.set('voice', 'true')
  form.set('file', local.file, local.name)
  const media = await api(Media, 'POST', '/api/media', { form })
  const content = withMedia(entry.shown, media.id)
  if (!content) throw new Error('not a file')
  files.delete(entry.clientId)
  dispatch({ type: 'uploaded', clientId: entry.clientId, content, media })
  return content
}

const sendOne = async (entry: OutboxEntry): Promise<void> => {
  dispatch({ type: 'sending', clientId: entry.clientId })
  try {
    const content = entry.content ?? (await upload(entry))
    const body = {
      conversationId: entry.conversationId,
      clientId: entry.clientId,
      content,
      ...(entry.quoted?.id ? { quotedId: entry.quoted.id } : {}),
    }
    const message = await api(Message, 'POST', '/api/messages', { body })
    putMessage(message)
    dispatch({ type: 'settled', clientId: entry.clientId })
  } catch (error) {
    if (isWorthWaiting(error)) {
      dispatch({ type: 'lost', clientId: entry.clientId })
      clearTimeout(timer)
      if (isLoginLost(error)) return
      const asked = isApiError(error) ? error.retryAfter : null
      timer = setTimeout(flushOutbox, (asked ?? retryDelay(entry.attempts + 1)) * 1000)
      return
    }
    dispatch({ type: 'refused', clientId: entry.clientId, problem: problemOf(error) })
  }
  void sendReady()
}

const sendReady = (): Promise<unknown> => Promise.all(readyToSend(outbox).map(sendOne))

/** Tries everything that waits: after a reconnect, after a pause, after something new was written. */
export function flushOutbox(): void {
  clearTimeout(timer)
  void sendReady()
}

export const enqueue = (entry: OutboxEntry, file?: LocalFile): void => {
  if (file) files.set(entry.clientId, file)
  dispatch({ type: 'added', entry })
  flushOutbox()
}

export const retryEntry = (clientId: string): void => {
  dispatch({ type: 'retried', clientId })
  flushOutbox()
}

export const settleEntry = (clientId: string): void => {
  files.delete(clientId)
  dispatch({ type: 'settled', clientId })
}

/** Picks up what an earlier page of the same person could not send. */
export const openOutbox = (userId: string): void => {
  if (owner === userId) return
  owner = userId
  outbox = []
  files.clear()
  dispatch({ type: 'restored', entries: loadEntries(userId) })
  flushOutbox()
}

export const hasUnsentFiles = (): boolean => outbox.some((entry) => files.has(entry.clientId))

export const newEntry = (conversationId: string, parts: Pick<OutboxEntry, 'content' | 'shown' | 'quoted'>): OutboxEntry => ({
  ...parts,
  clientId: crypto.randomUUID(),
  conversationId,
  createdAt: new Date().toISOString(),
  state: 'waiting',
  attempts: 0,
  problem: null,
})
