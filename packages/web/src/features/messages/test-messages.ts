import type { Message } from '@atende/contracts/messages'
import type { MessagesData } from './message-cache.ts'
import type { OutboxEntry } from './outbox.ts'

/** For tests: moments one second apart. */
export const at = (second: number): string => new Date(Date.UTC(2026, 10, 20, 12, 0, 0) + second * 1000).toISOString()

export const message = (id: string, second: number, parts: Partial<Message> = {}): Message => ({
  id,
  conversationId: 'c1',
  direction: 'in',
  content: { type: 'text', text: id },
  status: 'received',
  at: at(second),
  statusTimes: {},
  clientId: null,
  sender: null,
  error: null,
  quoted: null,
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
  ...parts,
})

export const ours = (id: string, second: number, parts: Partial<Message> = {}): Message =>
  message(id, second, { direction: 'out', status: 'queued', sender: { id: 'u1', name: 'Ana' }, ...parts })

type Page = { items: Message[]; olderCursor?: string | null; newerCursor?: string | null }
export const pages = (...list: Page[]): MessagesData => ({
  pageParams: list.map(() => ({})),
  pages: list.map(({ items, olderCursor = null, newerCursor = null }) => ({ items, olderCursor, newerCursor })),
})

export const entry = (clientId: string, second: number, parts: Partial<OutboxEntry> = {}): OutboxEntry => ({
  clientId,
  conversationId: 'c1',
  createdAt: at(second),
  content: { type: 'text', text: clientId },
  shown: { type: 'text', text: clientId },
  quoted: null,
  state: 'waiting',
  attempts: 0,
  problem: null,
  ...parts,
})
