import { WebhookEvent, WebhookEventDetail } from '@atende/contracts/channels'
import { pageOf } from '@atende/contracts/common'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

const EventPage = pageOf(WebhookEvent)
export type EventFilter = 'any' | 'problem'

export const useEvents = (status: EventFilter) =>
  useInfiniteQuery({
    queryKey: keys.webhookEvents(status),
    queryFn: ({ pageParam, signal }) => api(EventPage, 'GET', '/api/webhook-events', { query: { status, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  })

export const useEvent = (id: string) =>
  useQuery({
    queryKey: keys.webhookEvent(id),
    queryFn: ({ signal }) => api(WebhookEventDetail, 'GET', `/api/webhook-events/${id}`, { signal }),
  })

export const useReplay = (id: string) =>
  useMutation({
    mutationFn: () => api(z.unknown(), 'POST', `/api/webhook-events/${id}/replay`),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['webhook-events'] })
      void queryClient.invalidateQueries({ queryKey: keys.webhookEvent(id) })
    },
    onError: toastError,
  })
