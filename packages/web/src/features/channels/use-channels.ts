import { Channel } from '@atende/contracts/channels'
import { useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'
import { useCan } from '../../lib/session.ts'

const Channels = z.object({ items: z.array(Channel) })

export const useChannels = () =>
  useQuery({
    queryKey: keys.channels,
    queryFn: async ({ signal }) => (await api(Channels, 'GET', '/api/channels', { signal })).items,
    staleTime: 60_000,
    enabled: useCan('channels.read'),
  })
