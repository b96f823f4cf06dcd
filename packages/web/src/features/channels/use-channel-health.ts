import { BusinessProfile, ChannelHealth, type UpdateProfileInput } from '@atende/contracts/channels'
import { Media } from '@atende/contracts/media'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'

export const useChannelHealth = (id: string, enabled: boolean) =>
  useQuery({ queryKey: keys.channelHealth(id), queryFn: ({ signal }) => api(ChannelHealth, 'GET', `/api/channels/${id}/health`, { signal }), enabled })

export type NumberAction = 'request-code' | 'verify-code' | 'register' | 'deregister' | 'pin' | 'sync'

/** Something about the number itself; answers how it is afterwards. */
export const useNumberAction = (id: string, action: NumberAction) =>
  useMutation({
    mutationFn: (body?: object) => api(ChannelHealth, 'POST', `/api/channels/${id}/${action}`, body === undefined ? {} : { body }),
    onSuccess: (health) => {
      queryClient.setQueryData(keys.channelHealth(id), health)
      void queryClient.invalidateQueries({ queryKey: keys.channels })
    },
  })

export const useProfile = (id: string) =>
  useQuery({ queryKey: keys.channelProfile(id), queryFn: ({ signal }) => api(BusinessProfile, 'GET', `/api/channels/${id}/profile`, { signal }) })

type ProfileChange = Omit<z.input<typeof UpdateProfileInput>, 'pictureMediaId'> & { picture: File | null }

async function uploadPicture(file: File): Promise<string> {
  const form = new FormData()
  form.set('kind', 'image')
  form.set('file', file)
  return (await api(Media, 'POST', '/api/media', { form })).id
}

export const useChangeProfile = (id: string) =>
  useMutation({
    mutationFn: async ({ picture, ...change }: ProfileChange) => {
      const body = picture === null ? change : { ...change, pictureMediaId: await uploadPicture(picture) }
      return api(BusinessProfile, 'PATCH', `/api/channels/${id}/profile`, { body })
    },
    onSuccess: (profile) => queryClient.setQueryData(keys.channelProfile(id), profile),
  })
