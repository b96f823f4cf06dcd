import { type SaveSsoInput, SsoStart, SsoState, SsoTest } from '@atende/contracts/sso'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { api, NoContent } from '../../../lib/api.ts'
import { queryClient } from '../../../lib/query.ts'
import { toastError } from '../../../ui/toast.ts'

const KEY = ['sso'] as const
const reload = () => queryClient.invalidateQueries({ queryKey: KEY })

export const useSso = () => useQuery({ queryKey: KEY, queryFn: ({ signal }) => api(SsoState, 'GET', '/api/sso', { signal }) })

export const useSaveSso = () =>
  useMutation({
    mutationFn: (body: z.input<typeof SaveSsoInput>) => api(SsoState, 'PUT', '/api/sso', { body }),
    onSuccess: (state) => queryClient.setQueryData(KEY, state),
  })

export const useTestSso = () => useMutation({ mutationFn: (issuer: string) => api(SsoTest, 'POST', '/api/sso/test', { body: { issuer } }) })

export const useRemoveSso = () => useMutation({ mutationFn: () => api(NoContent, 'DELETE', '/api/sso'), onSuccess: reload, onError: toastError })

/** Goes to the provider; it sends the browser back to this page. */
export const useLinkSso = () =>
  useMutation({
    mutationFn: () => api(SsoStart, 'POST', '/api/auth/sso/link'),
    onSuccess: ({ url }) => window.location.assign(url),
    onError: toastError,
  })

export const useUnlinkSso = () => useMutation({ mutationFn: () => api(NoContent, 'DELETE', '/api/auth/sso/link'), onSuccess: reload, onError: toastError })
