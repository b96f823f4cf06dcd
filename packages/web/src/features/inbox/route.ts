import type { Conversation } from '@atende/contracts/conversations'
import { useNavigate, useParams, useSearch } from '@tanstack/react-router'
import { useCallback, useEffect, useMemo } from 'react'
import { type InboxSearch, readSearch } from './filter.ts'

/** The address of a conversation that became part of another leads to that one, also while it is open. */
export function useKeptAddress(asked: string, conversation: Conversation | undefined): void {
  const navigate = useNavigate()
  const kept = conversation?.mergedInto ?? conversation?.id ?? asked
  useEffect(() => {
    if (kept !== asked) void navigate({ to: '/conversas/$conversationId', params: { conversationId: kept }, search: (was) => was, replace: true })
  }, [kept, asked, navigate])
}

/** What the address says: which conversation is open and how the list is filtered. Both can be shared with a colleague. */
export const useInboxRoute = () => {
  const params: { conversationId?: string | undefined } = useParams({ strict: false })
  const raw: unknown = useSearch({ strict: false })
  const navigate = useNavigate()
  const conversationId = params.conversationId ?? null
  const search = useMemo(() => readSearch(raw), [raw])

  const open = useCallback(
    (id: string) => void navigate({ to: '/conversas/$conversationId', params: { conversationId: id }, search: (was) => ({ ...was, m: undefined }) }),
    [navigate],
  )
  const close = useCallback(() => void navigate({ to: '/conversas', search: (was) => ({ ...was, m: undefined }) }), [navigate])
  const change = useCallback((patch: Partial<InboxSearch>) => void navigate({ to: '.', replace: true, search: (was) => ({ ...was, ...patch }) }), [navigate])
  return { conversationId, search, open, close, change }
}
