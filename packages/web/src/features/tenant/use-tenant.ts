import { Tenant, type UpdateTenantInput, Usage } from '@atende/contracts/tenants'
import { useMutation, useQuery } from '@tanstack/react-query'
import type { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'

const CURRENT = '/api/tenants/current'

export const useTenant = () => useQuery({ queryKey: keys.tenant, queryFn: ({ signal }) => api(Tenant, 'GET', CURRENT, { signal }) })

export const useUsage = () => useQuery({ queryKey: keys.usage, queryFn: ({ signal }) => api(Usage, 'GET', `${CURRENT}/usage`, { signal }) })

export const useUpdateTenant = () =>
  useMutation({
    mutationFn: (body: z.input<typeof UpdateTenantInput>) => api(Tenant, 'PATCH', CURRENT, { body }),
    onSuccess: (tenant) => {
      queryClient.setQueryData(keys.tenant, tenant)
      // The name in the menu and the first-run entry come from "me".
      return queryClient.invalidateQueries({ queryKey: keys.me })
    },
  })
