import { ApiKey, ApiKeyCreated, type CreateApiKeyInput } from '@atende/contracts/api-keys'
import { useMutation, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

const ApiKeys = z.object({ items: z.array(ApiKey) })
const reload = () => queryClient.invalidateQueries({ queryKey: keys.apiKeys })

export const useApiKeys = () =>
  useQuery({ queryKey: keys.apiKeys, queryFn: async ({ signal }) => (await api(ApiKeys, 'GET', '/api/api-keys', { signal })).items })

/** The answer holds the key, once: it is kept nowhere but on the screen. */
export const useCreateApiKey = () =>
  useMutation({
    mutationFn: (body: z.input<typeof CreateApiKeyInput>) => api(ApiKeyCreated, 'POST', '/api/api-keys', { body }),
    onSuccess: reload,
    gcTime: 0,
  })

export const useRevokeApiKey = () =>
  useMutation({ mutationFn: (id: string) => api(NoContent, 'DELETE', `/api/api-keys/${id}`), onSuccess: reload, onError: toastError })
