import type { Conversation } from '@atende/contracts/conversations'
import { changeLive } from '../../lib/live-query.ts'
import { keys, queryClient } from '../../lib/query.ts'
import type { FilterContext, ListFilter } from './filter.ts'
import { applyListEvents, isNewer, type ListData, type ListEvent, pruneList } from './live.ts'

const isListFilter = (value: unknown): value is ListFilter =>
  typeof value === 'object' && value !== null && 'view' in value && 'status' in value && value.status !== 'any'

const eachList = (change: (data: ListData, filter: ListFilter) => ListData): void =>
  changeLive<ListData>(keys.allConversations, (data, [, filter]) => (isListFilter(filter) ? change(data, filter) : data))

const putConversation = (conversation: Conversation): void => {
  const queryKey = keys.conversation(conversation.id)
  // A conversation that was not asked for yet is known from now on.
  if (queryClient.getQueryData(queryKey) === undefined) queryClient.setQueryData<Conversation>(queryKey, conversation)
  changeLive<Conversation>(queryKey, (known) => (isNewer(known, conversation) ? conversation : known))
}

/** What the list already knows, so that opening a conversation shows its header at once. */
export const conversationInLists = (id: string): Conversation | undefined => {
  for (const query of queryClient.getQueryCache().findAll({ queryKey: keys.allConversations })) {
    if (!isListFilter(query.queryKey[1])) continue
    const data = queryClient.getQueryData<ListData>(query.queryKey)
    const found = data?.pages.flatMap((page) => page.items).find((one) => one.id === id)
    if (found) return found
  }
  return undefined
}

/** It went out of this person's sight: nothing of it stays in the memory of the page. */
const forgetConversation = (id: string): void => {
  queryClient.removeQueries({ queryKey: keys.messages(id), type: 'inactive' })
  void queryClient.invalidateQueries({ queryKey: keys.conversation(id) })
}

/** Every list and the open conversation learn the news in place; nothing is loaded again. */
export const applyToLists = (events: readonly ListEvent[], context: FilterContext): void => {
  for (const event of events) {
    if (event.kind === 'conversation') putConversation(event.conversation)
    if (event.kind === 'gone') forgetConversation(event.conversationId)
  }
  eachList((data, filter) => applyListEvents(data, filter, events, context))
}

export const pruneLists = (context: FilterContext): void => eachList((data, filter) => pruneList(data, filter, context))

let recount: ReturnType<typeof setTimeout> | undefined
export const recountSoon = (): void => {
  clearTimeout(recount)
  recount = setTimeout(() => void queryClient.invalidateQueries({ queryKey: keys.counts }), 600)
}
