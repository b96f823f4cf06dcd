import { Invitation, InvitationCreated, type InviteInput } from '@atende/contracts/access'
import { useMutation, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'

const InvitationList = z.object({ items: z.array(Invitation) })
const reload = () => queryClient.invalidateQueries({ queryKey: keys.invitations })

export const useInvitations = () =>
  useQuery({
    queryKey: keys.invitations,
    queryFn: async ({ signal }) => (await api(InvitationList, 'GET', '/api/users/invitations', { signal })).items,
  })

export const useInvite = () =>
  useMutation({
    mutationFn: (body: z.input<typeof InviteInput>) => api(InvitationCreated, 'POST', '/api/users/invitations', { body }),
    onSuccess: reload,
  })

export const useRenewInvitation = () =>
  useMutation({
    mutationFn: (id: string) => api(InvitationCreated, 'POST', `/api/users/invitations/${id}/renew`),
    onSuccess: reload,
    onError: toastError,
  })

export const useRevokeInvitation = () =>
  useMutation({
    mutationFn: (id: string) => api(NoContent, 'DELETE', `/api/users/invitations/${id}`),
    onSuccess: reload,
    onError: toastError,
  })
