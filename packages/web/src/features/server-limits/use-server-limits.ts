import { type AddressLists, type ClearLimitsInput, LimitsCleared, ServerLimits } from '@atende/contracts/limits'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toast } from '../../ui/toast.ts'

export const useServerLimits = () =>
  useQuery({
    queryKey: keys.serverLimits,
    queryFn: ({ signal }) => api(ServerLimits, 'GET', '/api/admin/rate-limit', { signal }),
    // Bans come and go by themselves.
    refetchInterval: 15_000,
  })

export function useSaveLists() {
  const { t } = useTranslation('serverLimits')
  return useMutation({
    mutationFn: (body: AddressLists) => api(ServerLimits, 'PUT', '/api/admin/rate-limit/lists', { body }),
    onSuccess: (saved) => {
      queryClient.setQueryData(keys.serverLimits, saved)
      toast(t('saved'))
    },
  })
}

export function useRelease() {
  const { t } = useTranslation('serverLimits')
  return useMutation({
    mutationFn: (body: z.infer<typeof ClearLimitsInput>) => api(LimitsCleared, 'POST', '/api/admin/rate-limit/clear', { body }),
    onSuccess: ({ network }) => {
      void queryClient.invalidateQueries({ queryKey: keys.serverLimits })
      toast(t('released', { network }))
    },
  })
}
