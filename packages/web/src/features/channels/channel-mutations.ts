import { Channel, ChannelTest, type CreateChannelInput, type TestChannelInput, type UpdateChannelInput } from '@atende/contracts/channels'
import { useMutation, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

const reload = () => queryClient.invalidateQueries({ queryKey: keys.channels })

const HANDSHAKE_EVERY_MS = 3_000

/** One channel; while Meta has not shaken hands yet it is asked for again and again. */
export const useChannel = (id: string) =>
  useQuery({
    queryKey: keys.channel(id),
    queryFn: ({ signal }) => api(Channel, 'GET', `/api/channels/${id}`, { signal }),
    refetchInterval: ({ state }) => (state.data?.handshakeAt === null && state.data.releasedAt === null ? HANDSHAKE_EVERY_MS : false),
  })

export const useTestCredentials = () =>
  useMutation({ mutationFn: (body: z.input<typeof TestChannelInput>) => api(ChannelTest, 'POST', '/api/channels/test', { body }) })

export const useTestChannel = (id: string) =>
  useMutation({ mutationFn: () => api(ChannelTest, 'POST', `/api/channels/${id}/test`), onSuccess: reload, onError: toastError })

export const useCreateChannel = () =>
  useMutation({
    mutationFn: (body: z.input<typeof CreateChannelInput>) => api(Channel, 'POST', '/api/channels', { body }),
    onSuccess: reload,
  })

export const useUpdateChannel = (id: string) =>
  useMutation({
    mutationFn: (body: z.input<typeof UpdateChannelInput>) => api(Channel, 'PATCH', `/api/channels/${id}`, { body }),
    onSuccess: reload,
  })

export const useDeleteChannel = (id: string) =>
  useMutation({ mutationFn: () => api(NoContent, 'DELETE', `/api/channels/${id}`), onSuccess: reload, onError: toastError })

export const useSubscribeChannel = (id: string) =>
  useMutation({ mutationFn: () => api(z.unknown(), 'POST', `/api/channels/${id}/subscribe`), onSuccess: reload, onError: toastError })

const Emulator = z.object({ available: z.boolean(), phoneUrl: z.string().nullable() })

export const useEmulator = (enabled = true) =>
  useQuery({ queryKey: keys.emulator, queryFn: ({ signal }) => api(Emulator, 'GET', '/api/channels/emulator', { signal }), enabled })

export const useConnectEmulator = () =>
  useMutation({ mutationFn: () => api(Channel, 'POST', '/api/channels/emulator'), onSuccess: reload, onError: toastError })
