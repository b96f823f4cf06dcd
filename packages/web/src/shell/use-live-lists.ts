import type { ListChanged } from '@atende/contracts/realtime'
import type { QueryKey } from '@tanstack/react-query'
import { useRef } from 'react'
import type { z } from 'zod'
import { keys, queryClient } from '../lib/query.ts'
import { useSocketEvent } from '../lib/socket.ts'

const LISTS: Record<z.infer<typeof ListChanged>['list'], readonly QueryKey[]> = {
  tags: [keys.tags],
  users: [keys.users, keys.invitations],
  channels: [keys.channels],
  contacts: [keys.allContacts, ['contact']],
  tenant: [keys.tenant, keys.me],
  templates: [keys.templates],
  notices: [keys.notices],
  usage: [keys.whatsappUsage, keys.messagePrices],
  roles: [keys.roles],
  apiKeys: [keys.apiKeys],
}

const COUNT_EVERY_MS = 800

/** What colleagues change shows up here without a reload; the counts of the tabs follow what happens to conversations. */
export function useLiveLists(): void {
  const planned = useRef(false)
  const countAgain = (): void => {
    if (planned.current) return
    planned.current = true
    setTimeout(() => {
      planned.current = false
      void queryClient.invalidateQueries({ queryKey: keys.counts })
    }, COUNT_EVERY_MS)
  }
  useSocketEvent('list:changed', ({ list }) => {
    for (const queryKey of LISTS[list]) void queryClient.invalidateQueries({ queryKey })
  })
  useSocketEvent('message:new', countAgain)
  useSocketEvent('conversation:updated', countAgain)
  useSocketEvent('conversation:assigned', countAgain)
  useSocketEvent('conversation:gone', countAgain)
}
