import { pageOf } from '@atende/contracts/common'
import { Contact, type CreateContactInput, type UpdateContactInput } from '@atende/contracts/contacts'
import { Conversation } from '@atende/contracts/conversations'
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

const ContactPage = pageOf(Contact)
const ConversationPage = pageOf(Conversation)

export const useContactList = (q: string) =>
  useInfiniteQuery({
    queryKey: keys.contacts(q),
    queryFn: ({ pageParam, signal }) =>
      api(ContactPage, 'GET', '/api/contacts', { query: { q: q === '' ? undefined : q, cursor: pageParam, limit: 50 }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: (before) => before,
  })

export const useContact = (id: string) =>
  useQuery({ queryKey: keys.contact(id), queryFn: ({ signal }) => api(Contact, 'GET', `/api/contacts/${id}`, { signal }) })

export const useConversationsOf = (contactId: string, enabled: boolean) =>
  useQuery({
    queryKey: [...keys.contact(contactId), 'all-conversations'],
    queryFn: async ({ signal }) => (await api(ConversationPage, 'GET', '/api/conversations', { query: { contactId, status: 'any', limit: 20 }, signal })).items,
    enabled,
  })

function kept(contact: Contact): void {
  queryClient.setQueryData(keys.contact(contact.id), contact)
  void queryClient.invalidateQueries({ queryKey: keys.allContacts })
}

export const useCreateContact = () =>
  useMutation({ mutationFn: (body: z.input<typeof CreateContactInput>) => api(Contact, 'POST', '/api/contacts', { body }), onSuccess: kept })

export const useUpdateContact = (id: string) =>
  useMutation({
    mutationFn: (body: z.input<typeof UpdateContactInput>) => api(Contact, 'PATCH', `/api/contacts/${id}`, { body }),
    onSuccess: kept,
  })

export const useDeleteContact = (id: string) =>
  useMutation({
    mutationFn: () => api(NoContent, 'DELETE', `/api/contacts/${id}`),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.allContacts }),
    onError: toastError,
  })

/** The other contact becomes part of this one. What is open of either is loaded again. */
export const useMergeContacts = (id: string) =>
  useMutation({
    mutationFn: (otherId: string) => api(Contact, 'POST', `/api/contacts/${id}/merge`, { body: { otherId } }),
    onSuccess: (contact) => {
      kept(contact)
      moved()
    },
  })

const Parted = z.object({ kept: Contact, other: Contact })
export const usePartContacts = (id: string) =>
  useMutation({
    mutationFn: (mergeId: string) => api(Parted, 'POST', `/api/contacts/${id}/merges/${mergeId}/undo`),
    onSuccess: (both) => {
      kept(both.kept)
      kept(both.other)
      moved()
    },
    onError: toastError,
  })

/** Conversations changed hands. */
function moved(): void {
  for (const queryKey of [['contact'], ['conversation'], ['messages'], keys.allConversations]) void queryClient.invalidateQueries({ queryKey })
}

/** Opens the conversation with this person on this channel, or finds the open one. */
export const useOpenConversation = () =>
  useMutation({
    mutationFn: (body: { contactId: string; channelId: string }) => api(Conversation, 'POST', '/api/conversations', { body }),
    onError: toastError,
  })
