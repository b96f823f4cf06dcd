import { CustomRole, type Roles } from '@atende/contracts/roles'
import { useMutation } from '@tanstack/react-query'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'

/** A role as the form holds it; `id` is null while it is new. */
export type Draft = { id: string | null; name: string; permissions: Roles['custom'][number]['permissions'] }

const reload = () => queryClient.invalidateQueries({ queryKey: keys.roles })

export const useSaveRole = () =>
  useMutation({
    mutationFn: ({ id, ...body }: Draft) =>
      id === null ? api(CustomRole, 'POST', '/api/roles', { body }) : api(CustomRole, 'PATCH', `/api/roles/${id}`, { body }),
    onSuccess: reload,
  })

export const useDeleteRole = () =>
  useMutation({
    mutationFn: ({ id, moveTo }: { id: string; moveTo: Record<string, string | undefined> }) => api(NoContent, 'DELETE', `/api/roles/${id}`, { query: moveTo }),
    onSuccess: async () => {
      await reload()
      await queryClient.invalidateQueries({ queryKey: keys.users })
    },
  })
