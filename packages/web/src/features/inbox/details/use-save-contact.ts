import { Contact, type UpdateContactInput } from '@atende/contracts/contacts'
import { useMutation } from '@tanstack/react-query'
import type { z } from 'zod'
import { api } from '../../../lib/api.ts'
import { keys, queryClient } from '../../../lib/query.ts'

export const useSaveContact = (id: string) =>
  useMutation({
    mutationFn: (body: z.infer<typeof UpdateContactInput>) => api(Contact, 'PATCH', `/api/contacts/${id}`, { body }),
    onSuccess: (contact) => {
      queryClient.setQueryData(keys.contact(id), contact)
      void queryClient.invalidateQueries({ queryKey: keys.allContacts })
    },
  })
