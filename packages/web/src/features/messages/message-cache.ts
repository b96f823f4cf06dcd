import type { Message, MessagePage, MessageStatus } from '@atende/contracts/messages'
import type { InfiniteData } from '@tanstack/react-query'

export type MessagesParam = { before?: string; after?: string; around?: string }
export type MessagesData = InfiniteData<MessagePage, MessagesParam>
type StatusChange = Pick<Message, 'status' | 'statusTimes' | 'error'>

const STATUS_RANK: Record<MessageStatus, number> = {
  received: 0,
  queued: 0,
  sending: 1,
  unknown: 2,
  failed: 2,
  sent: 3,
  delivered: 4,
  read: 5,
  played: 6,
}

/** Events may repeat or arrive late: what the phone already showed never goes back to an earlier state. */
export const mayBecome = (from: MessageStatus, to: MessageStatus): boolean => {
  if (from === 'failed' || from === 'unknown') return true
  if (to === 'failed') return STATUS_RANK[from] < STATUS_RANK.delivered
  return STATUS_RANK[to] >= STATUS_RANK[from]
}

export const compareMessages = (a: Pick<Message, 'at' | 'id'>, b: Pick<Message, 'at' | 'id'>): number => {
  const byTime = Date.parse(a.at) - Date.parse(b.at)
  if (byTime !== 0) return byTime
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0
}

const sameMessage = (a: Message, b: Message) => a.id === b.id || (a.clientId !== null && a.clientId === b.clientId)

export const mergeStatus = <T extends StatusChange>(current: T, change: StatusChange): T => {
  const statusTimes = { ...current.statusTimes, ...change.statusTimes }
  if (!mayBecome(current.status, change.status)) return { ...current, statusTimes }
  return { ...current, status: change.status, error: change.error, statusTimes }
}

const mergeMessage = (current: Message, next: Message): Message => {
  const { status, error, statusTimes } = mergeStatus(current, next)
  return { ...next, status, error, statusTimes }
}

const mapMessage = (data: MessagesData, matches: (m: Message) => boolean, change: (m: Message) => Message): MessagesData | null => {
  for (const [pageIndex, page] of data.pages.entries()) {
    const index = page.items.findIndex(matches)
    const found = page.items[index]
    if (!found) continue
    const items = page.items.with(index, change(found))
    return { ...data, pages: data.pages.with(pageIndex, { ...page, items }) }
  }
  return null
}

/** Where a message not yet on screen belongs: null when it lies outside of what is loaded (a later load brings it). */
const pageFor = (data: MessagesData, message: Message): number | null => {
  const last = data.pages.length - 1
  for (let i = last; i >= 0; i--) {
    const first = data.pages[i]?.items[0]
    if (i === 0 && !first) return data.pages[last]?.newerCursor === null ? 0 : null
    if (!first || compareMessages(first, message) > 0) continue
    const newest = data.pages[i]?.items.at(-1)
    const beyondEnd = i === last && newest !== undefined && compareMessages(newest, message) < 0
    return beyondEnd && data.pages[i]?.newerCursor !== null ? null : i
  }
  return data.pages[0]?.olderCursor === null ? 0 : null
}

/** Puts a new message in its place, or refreshes the one already there (same id or same client id): never two. */
export const upsertMessage = (data: MessagesData, message: Message): MessagesData => {
  const replaced = mapMessage(
    data,
    (m) => sameMessage(m, message),
    (m) => mergeMessage(m, message),
  )
  if (replaced) return replaced
  const pageIndex = pageFor(data, message)
  const page = pageIndex === null ? undefined : data.pages[pageIndex]
  if (pageIndex === null || !page) return data
  const next = page.items.findIndex((m) => compareMessages(m, message) > 0)
  const items = page.items.toSpliced(next === -1 ? page.items.length : next, 0, message)
  return { ...data, pages: data.pages.with(pageIndex, { ...page, items }) }
}

/** Changes a message only where it is already on screen. */
export const updateMessage = (data: MessagesData, message: Message): MessagesData =>
  mapMessage(
    data,
    (m) => m.id === message.id,
    (m) => mergeMessage(m, message),
  ) ?? data

export const changeMessage = (data: MessagesData, id: string, change: (m: Message) => Message): MessagesData =>
  mapMessage(data, (m) => m.id === id, change) ?? data

export const applyStatus = (data: MessagesData, event: StatusChange & { messageId: string }): MessagesData =>
  changeMessage(data, event.messageId, (m) => mergeStatus(m, event))

/** Pages overlap when a page was fetched around a message that a neighbour also holds. */
export const flattenMessages = (data: Pick<MessagesData, 'pages'> | undefined): Message[] => {
  if (!data) return []
  const seen = new Set<string>()
  const all: Message[] = []
  for (const page of data.pages) {
    for (const message of page.items) {
      if (seen.has(message.id)) continue
      seen.add(message.id)
      all.push(message)
    }
  }
  return all
}
