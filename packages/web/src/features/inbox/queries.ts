import { pageOf } from '@atende/contracts/common'
import { Contact } from '@atende/contracts/contacts'
import { Conversation, ConversationCounts } from '@atende/contracts/conversations'
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { keys } from '../../lib/query.ts'
import { conversationInLists } from './cache.ts'
import type { ListFilter } from './filter.ts'

const ConversationsPage = pageOf(Conversation)
const PAGE = 40

export const useConversations = (filter: ListFilter) =>
  useInfiniteQuery({
    queryKey: keys.conversations(filter),
    queryFn: ({ pageParam, signal }) => api(ConversationsPage, 'GET', '/api/conversations', { query: { ...filter, cursor: pageParam, limit: PAGE }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.nextCursor,
    // While a search is typed the last results stay, instead of a flash of skeletons per letter.
    placeholderData: (previous, query) => (filter.q !== undefined && query?.queryKey[1] ? keepPreviousData(previous) : undefined),
    refetchOnWindowFocus: false,
  })

/** It may go to somebody else while it is open: then nothing of it is shown any more. */
export const useConversation = (id: string) => {
  const query = useQuery({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) => api(Conversation, 'GET', `/api/conversations/${id}`, { signal }),
    // What the list knows is enough to open it, also when the server is away; it is asked for anew in any case.
    initialData: () => conversationInLists(id),
    initialDataUpdatedAt: 0,
    refetchOnWindowFocus: false,
  })
  return isApiError(query.error) && query.error.status === 404 ? { ...query, data: undefined } : query
}

export const useCounts = (enabled = true) =>
  useQuery({
    queryKey: keys.counts,
    // Windows come to their end without an event.
    refetchInterval: 60_000,
    queryFn: ({ signal }) => api(ConversationCounts, 'GET', '/api/conversations/counts', { signal }),
    enabled,
  })

export const useContact = (id: string) =>
  useQuery({ queryKey: keys.contact(id), queryFn: ({ signal }) => api(Contact, 'GET', `/api/contacts/${id}`, { signal }) })

export const useEarlierConversations = (contactId: string) =>
  useQuery({
    queryKey: [...keys.contact(contactId), 'conversations'],
    queryFn: ({ signal }) => api(ConversationsPage, 'GET', '/api/conversations', { query: { view: 'all', status: 'any', contactId, limit: 20 }, signal }),
    staleTime: 60_000,
  })

const Emulator = z.object({ available: z.boolean(), phoneUrl: z.string().nullable() })
export const useEmulatorPhone = (enabled: boolean) =>
  useQuery({
    queryKey: keys.emulator,
    queryFn: ({ signal }) => api(Emulator, 'GET', '/api/channels/emulator', { signal }),
    staleTime: 5 * 60_000,
    retry: false,
    enabled,
  })
