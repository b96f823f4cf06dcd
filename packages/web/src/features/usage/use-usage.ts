import { type FreeQuotaInput, type PriceInput, PriceList, WhatsappUsage } from '@atende/contracts/usage'
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

export const useWhatsappUsage = (month: string | undefined) =>
  useQuery({
    queryKey: keys.whatsappUsageOf(month),
    queryFn: ({ signal }) => api(WhatsappUsage, 'GET', '/api/usage/whatsapp', { query: { month }, signal }),
    placeholderData: keepPreviousData,
  })

export const usePriceList = () => useQuery({ queryKey: keys.messagePrices, queryFn: ({ signal }) => api(PriceList, 'GET', '/api/usage/prices', { signal }) })

function kept(list: PriceList): void {
  queryClient.setQueryData(keys.messagePrices, list)
  void queryClient.invalidateQueries({ queryKey: keys.whatsappUsage })
}

export const useAddPrice = () =>
  useMutation({ mutationFn: (body: z.input<typeof PriceInput>) => api(PriceList, 'POST', '/api/usage/prices', { body }), onSuccess: kept, onError: toastError })

export const useAddQuota = () =>
  useMutation({
    mutationFn: (body: z.input<typeof FreeQuotaInput>) => api(PriceList, 'POST', '/api/usage/quotas', { body }),
    onSuccess: kept,
    onError: toastError,
  })

export const useRemoveRow = (what: 'prices' | 'quotas') =>
  useMutation({ mutationFn: (id: string) => api(PriceList, 'DELETE', `/api/usage/${what}/${id}`), onSuccess: kept, onError: toastError })
