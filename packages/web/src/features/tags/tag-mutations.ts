import { type CreateTagInput, Tag, type UpdateTagInput } from '@atende/contracts/tags'
import { useMutation } from '@tanstack/react-query'
import type { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

const byName = (a: Tag, b: Tag): number => a.name.localeCompare(b.name, 'pt-BR')

function put(tag: Tag): void {
  queryClient.setQueryData<Tag[]>(keys.tags, (list) => [...(list ?? []).filter((one) => one.id !== tag.id), tag].toSorted(byName))
}

export const useCreateTag = () => useMutation({ mutationFn: (body: z.input<typeof CreateTagInput>) => api(Tag, 'POST', '/api/tags', { body }), onSuccess: put })

/** Conversations hold copies of their tags, so they are asked for again. */
const tagsMoved = () => queryClient.invalidateQueries({ queryKey: keys.allConversations })

export const useUpdateTag = (id: string) =>
  useMutation({
    mutationFn: (body: z.input<typeof UpdateTagInput>) => api(Tag, 'PATCH', `/api/tags/${id}`, { body }),
    onSuccess: (tag) => {
      put(tag)
      void tagsMoved()
    },
    onError: toastError,
  })

export const useDeleteTag = (id: string) =>
  useMutation({
    mutationFn: () => api(NoContent, 'DELETE', `/api/tags/${id}`),
    onSuccess: () => {
      queryClient.setQueryData<Tag[]>(keys.tags, (list) => list?.filter((one) => one.id !== id))
      void tagsMoved()
    },
    onError: toastError,
  })
