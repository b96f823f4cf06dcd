import { User } from '@atende/contracts/access'
import { useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'
import { useCan } from '../../lib/session.ts'

const Users = z.object({ items: z.array(User) })

/** Everybody of the company, active first, then by name. */
export const useUsers = () =>
  useQuery({
    queryKey: keys.users,
    queryFn: async ({ signal }) => {
      const { items } = await api(Users, 'GET', '/api/users', { signal })
      return items.toSorted((a, b) => Number(b.active) - Number(a.active) || a.name.localeCompare(b.name, 'pt-BR'))
    },
    staleTime: 60_000,
    enabled: useCan('users.read'),
  })
