import { AlertTest, JobsReplayed, ServerStatus } from '@atende/contracts/server-status'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toast, toastError } from '../../ui/toast.ts'

const REFRESH_MS = 5_000

export const useServerStatus = () =>
  useQuery({
    queryKey: keys.serverStatus,
    queryFn: ({ signal }) => api(ServerStatus, 'GET', '/api/admin/status', { signal }),
    refetchInterval: REFRESH_MS,
    staleTime: REFRESH_MS / 2,
    // The next look comes by itself; until then the page says that there was no answer.
    retry: false,
  })

const refresh = () => queryClient.invalidateQueries({ queryKey: keys.serverStatus })

export function useReplayJobs() {
  const { t } = useTranslation('serverStatus')
  return useMutation({
    mutationFn: (ids: readonly string[]) => api(JobsReplayed, 'POST', '/api/admin/jobs/replay', { body: { ids } }),
    onSuccess: ({ replayed }) => {
      toast(t('jobs.replayed', { count: replayed }))
      void refresh()
    },
    onError: toastError,
  })
}

export function useTestAlert() {
  const { t } = useTranslation('serverStatus')
  return useMutation({
    mutationFn: () => api(AlertTest, 'POST', '/api/admin/alerts/test', {}),
    onSuccess: ({ results }) => {
      const named = (outcome: string) =>
        results
          .filter((r) => r.outcome === outcome)
          .map((r) => t(`alerts.channel.${r.channel}`))
          .join(', ')
      if (named('failed') !== '') toast(t('alerts.failed', { channels: named('failed') }))
      else toast(named('sent') === '' ? t('alerts.allOff') : t('alerts.sent', { channels: named('sent') }))
      void refresh()
    },
    onError: toastError,
  })
}
