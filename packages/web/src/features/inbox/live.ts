import type { Conversation } from '@atende/contracts/conversations'
import type { MessageStatus } from '@atende/contracts/messages'
import type { InfiniteData } from '@tanstack/react-query'
import { mayBecome } from '../messages/message-cache.ts'
import { belongs, type FilterContext, type ListFilter } from './filter.ts'

export type ConversationPage = { items: Conversation[]; nextCursor: string | null }
export type ListData = InfiniteData<ConversationPage, string | null>

export type ListEvent =
  | { kind: 'conversation'; conversation: Conversation }
  | { kind: 'gone'; conversationId: string }
  | { kind: 'status'; conversationId: string; messageId: string; status: MessageStatus }

/** Newest activity first, as the server sorts. */
const compare = (a: Conversation, b: Conversation): number => {
  const byTime = Date.parse(b.lastActivityAt) - Date.parse(a.lastActivityAt)
  if (byTime !== 0) return byTime
  return a.id > b.id ? -1 : a.id < b.id ? 1 : 0
}

/** Events may repeat and overtake the answers of requests. */
export const isNewer = (known: Conversation | undefined, next: Conversation): boolean =>
  known === undefined || Date.parse(next.updatedAt) >= Date.parse(known.updatedAt)

const find = (data: ListData, id: string): { page: number; index: number; found: Conversation } | null => {
  for (const [page, { items }] of data.pages.entries()) {
    const index = items.findIndex((c) => c.id === id)
    const found = items[index]
    if (found) return { page, index, found }
  }
  return null
}

const withPage = (data: ListData, page: number, change: (items: Conversation[]) => Conversation[]): ListData => {
  const known = data.pages[page]
  return known ? { ...data, pages: data.pages.with(page, { ...known, items: change(known.items) }) } : data
}

/** Below the last loaded row it is not known whether others come between, so such a row waits for its page. */
const insert = (data: ListData, conversation: Conversation): ListData => {
  for (const [page, { items }] of data.pages.entries()) {
    const index = items.findIndex((c) => compare(conversation, c) < 0)
    if (index !== -1) return withPage(data, page, (list) => list.toSpliced(index, 0, conversation))
  }
  const last = data.pages.length - 1
  return data.pages[last]?.nextCursor === null ? withPage(data, last, (items) => [...items, conversation]) : data
}

export const applyConversation = (data: ListData, filter: ListFilter, conversation: Conversation, context: FilterContext): ListData => {
  const at = find(data, conversation.id)
  if (at && !isNewer(at.found, conversation)) return data
  const stays = belongs(filter, conversation, context)
  if (!at) return stays && filter.q === undefined ? insert(data, conversation) : data
  if (!stays) return withPage(data, at.page, (items) => items.toSpliced(at.index, 1))
  // Only the server can tell how a search result ranks: it is refreshed where it stands.
  if (filter.q !== undefined || compare(at.found, conversation) === 0) {
    // Why it was found still holds; events do not know it.
    const { hit } = at.found
    return withPage(data, at.page, (items) => items.with(at.index, hit ? { ...conversation, hit } : conversation))
  }
  return insert(
    withPage(data, at.page, (items) => items.toSpliced(at.index, 1)),
    conversation,
  )
}

const applyLastStatus = (data: ListData, event: Extract<ListEvent, { kind: 'status' }>): ListData => {
  const at = find(data, event.conversationId)
  const last = at?.found.lastMessage
  if (!at || last?.id !== event.messageId || !mayBecome(last.status, event.status)) return data
  const changed = { ...at.found, lastMessage: { ...last, status: event.status } }
  return withPage(data, at.page, (items) => items.with(at.index, changed))
}

const remove = (data: ListData, id: string): ListData => {
  const at = find(data, id)
  return at ? withPage(data, at.page, (items) => items.toSpliced(at.index, 1)) : data
}

const applyEvent = (data: ListData, filter: ListFilter, event: ListEvent, context: FilterContext): ListData => {
  if (event.kind === 'gone') return remove(data, event.conversationId)
  return event.kind === 'conversation' ? applyConversation(data, filter, event.conversation, context) : applyLastStatus(data, event)
}

export const applyListEvents = (data: ListData, filter: ListFilter, events: readonly ListEvent[], context: FilterContext): ListData =>
  events.reduce((list, event) => applyEvent(list, filter, event, context), data)

/** Rows that stayed only because they were open leave once another one is opened. */
export const pruneList = (data: ListData, filter: ListFilter, context: FilterContext): ListData => {
  const gone = data.pages.some((page) => page.items.some((c) => !belongs(filter, c, context)))
  if (!gone) return data
  return { ...data, pages: data.pages.map((page) => ({ ...page, items: page.items.filter((c) => belongs(filter, c, context)) })) }
}

/** Keyset pages may overlap when a row moved between two loads. */
export const flattenList = (data: Pick<ListData, 'pages'> | undefined): Conversation[] => {
  const byId = new Map<string, Conversation>()
  for (const page of data?.pages ?? []) for (const c of page.items) if (!byId.has(c.id)) byId.set(c.id, c)
  return [...byId.values()]
}
