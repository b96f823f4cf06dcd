import { MessagePage } from '@atende/contracts/messages'
import { useInfiniteQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { api } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'
import { flattenMessages, type MessagesParam } from './message-cache.ts'

const PAGE = 50

/** The newest messages, or those around `anchorId`, growing in both directions. Live events keep them fresh, so they never go stale by time. */
export const useMessages = (conversationId: string, anchorId: string | null) => {
  const initial: MessagesParam = anchorId ? { around: anchorId } : {}
  const query = useInfiniteQuery({
    queryKey: [...keys.messages(conversationId), anchorId],
    queryFn: ({ pageParam, signal }) => api(MessagePage, 'GET', '/api/messages', { query: { conversationId, limit: PAGE, ...pageParam }, signal }),
    initialPageParam: initial,
    getPreviousPageParam: (page): MessagesParam | null => (page.olderCursor ? { before: page.olderCursor } : null),
    getNextPageParam: (page): MessagesParam | null => (page.newerCursor ? { after: page.newerCursor } : null),
    staleTime: Number.POSITIVE_INFINITY,
    refetchOnWindowFocus: false,
  })
  const messages = useMemo(() => flattenMessages(query.data), [query.data])
  return { ...query, messages }
}
