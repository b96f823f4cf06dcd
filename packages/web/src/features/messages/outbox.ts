import type { Media } from '@atende/contracts/media'
import type { Message, MessageContent, SendMessageInput } from '@atende/contracts/messages'

type SendContent = SendMessageInput['content']
export type OutboxProblem = { title: string; detail: string; code: string; canRetry: boolean }

/** A message of ours that the server has not confirmed yet. */
export type OutboxEntry = {
  clientId: string
  conversationId: string
  createdAt: string
  /** Null while its file is still only on this device. */
  content: SendContent | null
  shown: MessageContent
  quoted: Message['quoted']
  state: 'waiting' | 'sending' | 'refused'
  attempts: number
  problem: OutboxProblem | null
}

/** Oldest first: messages of one conversation leave in the order they were written. */
export type Outbox = readonly OutboxEntry[]

export type OutboxAction =
  | { type: 'added'; entry: OutboxEntry }
  | { type: 'restored'; entries: OutboxEntry[] }
  | { type: 'uploaded'; clientId: string; content: SendContent; media: Media }
  | { type: 'sending'; clientId: string }
  | { type: 'lost'; clientId: string }
  | { type: 'refused'; clientId: string; problem: OutboxProblem }
  | { type: 'retried'; clientId: string }
  | { type: 'settled'; clientId: string }

const change = (outbox: Outbox, clientId: string, update: (entry: OutboxEntry) => OutboxEntry): Outbox =>
  outbox.some((e) => e.clientId === clientId) ? outbox.map((e) => (e.clientId === clientId ? update(e) : e)) : outbox

const showMedia = (shown: MessageContent, media: Media): MessageContent => {
  switch (shown.type) {
    case 'image':
    case 'video':
    case 'document':
    case 'audio':
    case 'sticker':
      // The picture on this device is already drawn; taking the server's address would only make it blink.
      return { ...shown, media: { ...media, url: shown.media.url ?? media.url } }
    default:
      return shown
  }
}

const restore = (outbox: Outbox, entries: OutboxEntry[]): Outbox => {
  const known = new Set(outbox.map((e) => e.clientId))
  const back = entries.filter((e) => !known.has(e.clientId)).map((e): OutboxEntry => (e.state === 'sending' ? { ...e, state: 'waiting' } : e))
  return back.length === 0 ? outbox : [...outbox, ...back].sort((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt))
}

export const reduceOutbox = (outbox: Outbox, action: OutboxAction): Outbox => {
  switch (action.type) {
    case 'added':
      return outbox.some((e) => e.clientId === action.entry.clientId) ? outbox : [...outbox, action.entry]
    case 'restored':
      return restore(outbox, action.entries)
    case 'uploaded':
      return change(outbox, action.clientId, (e) => ({ ...e, content: action.content, shown: showMedia(e.shown, action.media) }))
    case 'sending':
      return change(outbox, action.clientId, (e) => ({ ...e, state: 'sending', attempts: e.attempts + 1, problem: null }))
    case 'lost':
      return change(outbox, action.clientId, (e) => (e.state === 'refused' ? e : { ...e, state: 'waiting' }))
    case 'refused':
      return change(outbox, action.clientId, (e) => ({ ...e, state: 'refused', problem: action.problem }))
    case 'retried':
      return change(outbox, action.clientId, (e) => ({ ...e, state: 'waiting', attempts: 0, problem: null }))
    case 'settled':
      return outbox.some((e) => e.clientId === action.clientId) ? outbox.filter((e) => e.clientId !== action.clientId) : outbox
  }
}

/** The entries that may leave now: one per conversation, the oldest, and none while another of it is on its way. */
export const readyToSend = (outbox: Outbox): OutboxEntry[] => {
  const decided = new Set<string>()
  const ready: OutboxEntry[] = []
  for (const entry of outbox) {
    if (entry.state === 'refused' || decided.has(entry.conversationId)) continue
    decided.add(entry.conversationId)
    if (entry.state === 'waiting') ready.push(entry)
  }
  return ready
}

/** What the conversation still shows from here: an entry whose message already arrived by socket is not shown twice. */
export const unconfirmed = (outbox: Outbox, conversationId: string, messages: readonly Message[]): OutboxEntry[] => {
  const mine = outbox.filter((e) => e.conversationId === conversationId)
  if (mine.length === 0) return mine
  const arrived = new Set(messages.map((m) => m.clientId))
  return mine.filter((e) => !arrived.has(e.clientId))
}

/** Seconds until the next try after a lost connection: 1, 2, 4 … 30. */
export const retryDelay = (attempts: number): number => Math.min(30, 2 ** Math.max(0, attempts - 1))

const asMessage = new WeakMap<OutboxEntry, Message>()
/** An entry drawn by the same bubble as every message. */
export const entryAsMessage = (entry: OutboxEntry): Message => {
  const known = asMessage.get(entry)
  if (known) return known
  const message: Message = {
    id: entry.clientId,
    conversationId: entry.conversationId,
    direction: 'out',
    content: entry.shown,
    status: entry.state === 'refused' ? 'failed' : 'queued',
    at: entry.createdAt,
    statusTimes: {},
    clientId: entry.clientId,
    sender: null,
    error: entry.problem && {
      code: null,
      title: entry.problem.title,
      action: entry.problem.detail,
      canRetry: entry.problem.canRetry,
    },
    quoted: entry.quoted,
    reactions: [],
    forwarded: false,
    forwardedOften: false,
    author: null,
    sentFrom: null,
    editedAt: null,
    earlierTexts: [],
    revokedAt: null,
    referral: null,
    product: null,
    pricing: null,
  }
  asMessage.set(entry, message)
  return message
}
