import { Message, MessageContent, SendContent } from '@atende/contracts/messages'
import { z } from 'zod'
import type { Outbox, OutboxEntry } from './outbox.ts'

const Stored = z.object({
  clientId: z.string(),
  conversationId: z.string(),
  createdAt: z.string(),
  content: SendContent,
  shown: MessageContent,
  quoted: Message.shape.quoted,
  state: z.enum(['waiting', 'sending', 'refused']),
  attempts: z.int(),
  problem: z.object({ title: z.string(), detail: z.string(), code: z.string(), canRetry: z.boolean() }).nullable(),
})

const prefixOf = (userId: string) => `atende.outbox.${userId}.`
/** An address made by this page means nothing to the next one. */
const storable = (entry: OutboxEntry): OutboxEntry =>
  'media' in entry.shown && entry.shown.media.url?.startsWith('blob:')
    ? { ...entry, shown: { ...entry.shown, media: { ...entry.shown.media, url: null } } }
    : entry

/** One key per entry, so that two tabs never overwrite each other's messages. */
export const storeEntry = (userId: string, before: Outbox, after: Outbox): void => {
  try {
    const kept = new Set(after.map((e) => e.clientId))
    for (const entry of before) if (!kept.has(entry.clientId)) localStorage.removeItem(prefixOf(userId) + entry.clientId)
    for (const entry of after) {
      if (entry.content !== null && !before.includes(entry)) {
        localStorage.setItem(prefixOf(userId) + entry.clientId, JSON.stringify(storable(entry)))
      }
    }
  } catch {
    // Storage blocked or full: the message still lives in this tab and is sent from here.
  }
}

const readEntry = (text: string | null): OutboxEntry[] => {
  try {
    const parsed = Stored.safeParse(JSON.parse(text ?? 'null'))
    return parsed.success ? [parsed.data] : []
  } catch {
    return []
  }
}

export const loadEntries = (userId: string): OutboxEntry[] => {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(prefixOf(userId)))
      .flatMap((key) => readEntry(localStorage.getItem(key)))
  } catch {
    return []
  }
}
