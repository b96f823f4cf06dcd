import type { Conversation, ConversationView } from '@atende/contracts/conversations'
import { z } from 'zod'
import { windowState } from './window.ts'

const Search = z.object({
  view: z.enum(['mine', 'unassigned', 'all', 'unread']).catch('all'),
  status: z.enum(['open', 'resolved']).catch('open'),
  q: z.string().trim().max(100).optional().catch(undefined),
  tag: z.uuid().optional().catch(undefined),
  channel: z.uuid().optional().catch(undefined),
  /** Only those whose 24 h window ends within four hours. */
  soon: z.literal(true).optional().catch(undefined),
  /** A message to go to: what a search found. */
  m: z.uuid().optional().catch(undefined),
})
export type InboxSearch = z.infer<typeof Search>

/** The address may have been typed or cut: what cannot be understood falls back to the plain list. */
export const readSearch = (raw: unknown): InboxSearch => Search.parse(raw ?? {})

export type ListFilter = { view: ConversationView; status: 'open' | 'resolved'; q?: string; tagId?: string; channelId?: string; closesSoon?: true }

export const filterOf = (search: InboxSearch): ListFilter => ({
  view: search.view,
  status: search.status,
  ...(search.q ? { q: search.q } : {}),
  ...(search.tag ? { tagId: search.tag } : {}),
  ...(search.channel ? { channelId: search.channel } : {}),
  ...(search.soon ? { closesSoon: true as const } : {}),
})

export type FilterContext = {
  userId: string
  /** The open conversation stays in "unread" after it was read, so that it does not vanish under the reader's eyes. */
  openId: string | null
}

const inView = (view: ConversationView, conversation: Conversation, { userId, openId }: FilterContext): boolean => {
  switch (view) {
    case 'mine':
      return conversation.assignee?.id === userId
    case 'unassigned':
      return conversation.assignee === null
    case 'unread':
      return conversation.unreadCount > 0 || conversation.id === openId
    case 'all':
      return true
  }
}

export const belongs = (filter: ListFilter, conversation: Conversation, context: FilterContext): boolean =>
  conversation.mergedInto === undefined &&
  conversation.status === filter.status &&
  (filter.tagId === undefined || conversation.tags.some((tag) => tag.id === filter.tagId)) &&
  (filter.channelId === undefined || conversation.channel.id === filter.channelId) &&
  (filter.closesSoon === undefined || conversation.id === context.openId || windowState(conversation, Date.now()).closesSoon) &&
  inView(filter.view, conversation, context)
