import { QueryClient } from '@tanstack/react-query'
import { isApiError } from './api-error.ts'

const worthRepeating = (error: unknown): boolean => isApiError(error) && (error.status === 0 || error.status >= 500) && error.code !== 'answer_unexpected'

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 30_000,
      gcTime: 10 * 60_000,
      retry: (failures, error) => failures < 2 && worthRepeating(error),
      // Offline is shown by us, with what was kept; a paused query would look like loading forever.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

/** The connection is back: what failed for want of it is asked again, without anybody clicking. */
export const refetchFailed = (): Promise<void> =>
  queryClient.refetchQueries({ type: 'active', predicate: ({ state }) => state.status === 'error' && worthRepeating(state.error) })

export const keys = {
  me: ['me'] as const,
  sessions: ['sessions'] as const,
  factors: ['factors'] as const,
  tenantSecurity: ['tenant', 'security'] as const,
  conversations: (filter: Record<string, unknown> = {}) => ['conversations', filter] as const,
  allConversations: ['conversations'] as const,
  conversation: (id: string) => ['conversation', id] as const,
  counts: ['conversation-counts'] as const,
  messages: (conversationId: string) => ['messages', conversationId] as const,
  serverLimits: ['server', 'limits'] as const,
  serverStatus: ['server', 'status'] as const,
  tags: ['tags'] as const,
  users: ['users'] as const,
  invitations: ['invitations'] as const,
  roles: ['roles'] as const,
  apiKeys: ['api-keys'] as const,
  channels: ['channels'] as const,
  channel: (id: string) => ['channels', id] as const,
  channelHealth: (id: string) => ['channels', id, 'health'] as const,
  channelProfile: (id: string) => ['channel-profile', id] as const,
  notices: ['notices'] as const,
  noticeCount: ['notices', 'count'] as const,
  noticeList: (status: string) => ['notices', 'list', status] as const,
  channelSetup: (id: string) => ['channels', id, 'setup'] as const,
  emulator: ['channels', 'emulator'] as const,
  allContacts: ['contacts'] as const,
  contacts: (q = '') => ['contacts', q] as const,
  contact: (id: string) => ['contact', id] as const,
  tenant: ['tenant'] as const,
  usage: ['tenant', 'usage'] as const,
  templates: ['templates'] as const,
  templateList: (filter: Record<string, unknown>) => ['templates', 'list', filter] as const,
  template: (id: string) => ['templates', id] as const,
  whatsappUsage: ['whatsapp-usage'] as const,
  whatsappUsageOf: (month: string | undefined) => ['whatsapp-usage', month ?? 'now'] as const,
  messagePrices: ['message-prices'] as const,
  webhookEvents: (status: string) => ['webhook-events', status] as const,
  webhookEvent: (id: string) => ['webhook-event', id] as const,
}
