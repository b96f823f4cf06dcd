import { Tag } from '@atende/contracts/tags'
import { useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'
import { useCan } from '../../lib/session.ts'

const Tags = z.object({ items: z.array(Tag) })

/** All tags of the company, by name. */
export const useTags = () =>
  useQuery({
    queryKey: keys.tags,
    queryFn: async ({ signal }) => {
      const { items } = await api(Tags, 'GET', '/api/tags', { signal })
      return items.toSorted((a, b) => a.name.localeCompare(b.name, 'pt-BR'))
    },
    staleTime: 5 * 60_000,
    enabled: useCan('tags.read'),
  })
