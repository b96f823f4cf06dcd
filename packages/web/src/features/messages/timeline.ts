import type { Message } from '@atende/contracts/messages'
import { type AlbumRow, foldAlbums } from './albums.ts'
import { entryAsMessage, type OutboxEntry } from './outbox.ts'

export type MessageRow = {
  kind: 'message'
  key: string
  message: Message
  entry: OutboxEntry | null
  /** First and last of a run by the same side: the corner and the space between runs follow it. */
  first: boolean
  last: boolean
}
export type TimelineRow =
  | { kind: 'day'; key: string; at: string }
  | { kind: 'unread'; key: string }
  | { kind: 'activity'; key: string; message: Message }
  | MessageRow
  | AlbumRow

/** A pause of five minutes starts a new run. */
const RUN_GAP = 5 * 60_000

const dayOf = (at: string) => new Date(at).toDateString()
const keyOf = (message: Message) => message.clientId ?? message.id

const sameRun = (a: Message | undefined, b: Message | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.direction === b.direction &&
  a.direction !== 'system' &&
  a.content.type !== 'activity' &&
  b.content.type !== 'activity' &&
  (a.sender?.id === b.sender?.id || a.sender === null || b.sender === null) &&
  a.author?.contactId === b.author?.contactId &&
  a.sentFrom === b.sentFrom &&
  dayOf(a.at) === dayOf(b.at) &&
  Date.parse(b.at) - Date.parse(a.at) < RUN_GAP

/** The oldest of the customer's newest `unread` messages; the oldest loaded one when not all of them are loaded. */
export const firstUnreadId = (messages: readonly Message[], unread: number): string | null => {
  if (unread <= 0) return null
  let left = unread
  let found: string | null = null
  for (let i = messages.length - 1; i >= 0 && left > 0; i--) {
    const message = messages[i]
    if (message?.direction !== 'in') continue
    found = message.id
    left--
  }
  return found
}

export const buildTimeline = (messages: readonly Message[], entries: readonly OutboxEntry[], unreadFrom: string | null): TimelineRow[] => {
  const byMessage = new Map(entries.map((entry) => [entryAsMessage(entry), entry]))
  const all = [...messages, ...byMessage.keys()]
  const rows: TimelineRow[] = []
  let day = ''
  for (const [i, message] of all.entries()) {
    const today = dayOf(message.at)
    const previous = all[i - 1]
    const next = all[i + 1]
    if (today !== day) rows.push({ kind: 'day', key: `day:${today}`, at: message.at })
    day = today
    const opensUnread = message.id === unreadFrom
    if (opensUnread) rows.push({ kind: 'unread', key: 'unread' })
    if (message.content.type === 'activity' || message.direction === 'system') {
      rows.push({ kind: 'activity', key: keyOf(message), message })
      continue
    }
    rows.push({
      kind: 'message',
      key: keyOf(message),
      message,
      entry: byMessage.get(message) ?? null,
      first: opensUnread || !sameRun(previous, message),
      last: next?.id === unreadFrom || !sameRun(message, next),
    })
  }
  return foldAlbums(rows)
}

export const rowIndexOf = (rows: readonly TimelineRow[], messageId: string): number =>
  rows.findIndex((row) =>
    row.kind === 'album'
      ? row.messages.some((message) => message.id === messageId)
      : (row.kind === 'message' || row.kind === 'activity') && row.message.id === messageId,
  )
