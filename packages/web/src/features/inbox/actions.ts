import type { Me } from '@atende/contracts/access'
import { Conversation } from '@atende/contracts/conversations'
import type { Tag } from '@atende/contracts/tags'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { useCan, useMe } from '../../lib/session.ts'
import { toastError } from '../../ui/toast.ts'
import { applyToLists, recountSoon } from './cache.ts'
import { sayDone, sayTaken } from './notices.tsx'

const Answer = Conversation.optional().or(z.unknown().transform(() => undefined))
type Person = { id: string; name: string }
type Change = { method: 'PATCH' | 'POST' | 'PUT'; path: string; body?: unknown; patch: Partial<Conversation> }

const isConversation = (value: unknown): value is Conversation => Conversation.safeParse(value).success

/** Does this person still see it, by the rule of the company? */
const sees = (user: Me['user'], { assignee }: Conversation): boolean =>
  user.sees === 'all' || assignee?.id === user.id || (assignee === null && user.sees === 'own_and_unassigned')

/** Shows the change at once, takes the server's answer, and puts things back when it refuses. */
const useChange = () => {
  const { user } = useMe()
  const context = { userId: user.id, openId: null }
  return async (conversation: Conversation, { method, path, body, patch }: Change): Promise<void> => {
    const show = (next: Conversation) => applyToLists([{ kind: 'conversation', conversation: next }], { ...context, openId: conversation.id })
    show({ ...conversation, ...patch })
    try {
      const answer = await api(Answer, method, `/api/conversations/${conversation.id}${path}`, { body })
      // Who handed it over may see it no longer; the answer would bring it back.
      if (isConversation(answer) && sees(user, answer)) show(answer)
      else if (isConversation(answer)) applyToLists([{ kind: 'gone', conversationId: conversation.id }], context)
      recountSoon()
    } catch (error) {
      show(conversation)
      throw error
    }
  }
}

export const useAssign = (conversation: Conversation) => {
  const { t } = useTranslation('inbox')
  const { user } = useMe()
  const change = useChange()
  return useMutation({
    mutationFn: (to: Person | null) =>
      change(conversation, {
        method: 'POST',
        path: '/assign',
        body: { userId: to?.id ?? null, expectedAssigneeId: conversation.assignee?.id ?? null },
        patch: { assignee: to },
      }),
    onSuccess: (_, to) => {
      if (!to) sayDone(t('done.unassigned'))
      else sayDone(to.id === user.id ? t('done.mine') : t('done.assigned', { name: to.name }))
    },
    onError: (error) => {
      void queryClient.invalidateQueries({ queryKey: keys.conversation(conversation.id) })
      if (isApiError(error) && error.code === 'conversation_assigned') sayTaken(t('problem.takenTitle'), t('problem.takenText'))
      else toastError(error)
    },
  })
}

export const useSetStatus = (conversation: Conversation) => {
  const { t } = useTranslation('inbox')
  const change = useChange()
  const { mutate, ...rest } = useMutation({
    mutationFn: (status: Conversation['status']) =>
      change(conversation, {
        method: 'PATCH',
        path: '',
        body: { status },
        patch: { status, resolvedAt: status === 'resolved' ? new Date().toISOString() : null },
      }),
    onSuccess: (_, status) => {
      if (status === 'resolved') sayDone(t('done.resolved'), { label: t('done.undo'), run: () => mutate('open') })
      else sayDone(t('done.reopened'))
    },
    onError: toastError,
  })
  return { mutate, ...rest }
}

export const useSetTags = (conversation: Conversation) => {
  const change = useChange()
  return useMutation({
    mutationFn: (tags: Pick<Tag, 'id' | 'name' | 'color'>[]) =>
      change(conversation, { method: 'PUT', path: '/tags', body: { tagIds: tags.map((tag) => tag.id) }, patch: { tags } }),
    onError: toastError,
  })
}

export const useMarkUnread = (conversation: Conversation) => {
  const { t } = useTranslation('inbox')
  const change = useChange()
  return useMutation({
    mutationFn: () => change(conversation, { method: 'POST', path: '/unread', patch: { unreadCount: Math.max(1, conversation.unreadCount) } }),
    onSuccess: () => sayDone(t('done.unread')),
    onError: toastError,
  })
}

/** Silent: reading is not something to be told about, and it is tried again with the next message. */
export const useMarkRead = (conversation: Conversation | undefined) => {
  const change = useChange()
  const mayWrite = useCan('conversations.write')
  return useMutation({
    mutationFn: async () => {
      if (conversation && mayWrite) await change(conversation, { method: 'POST', path: '/read', patch: { unreadCount: 0 } })
    },
  })
}
