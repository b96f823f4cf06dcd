import { Message } from '@atende/contracts/messages'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { toastError } from '../../ui/toast.ts'
import { editMessage, putMessage } from './cache.ts'

type M = z.infer<typeof Message>

const withOurs = (message: M, emoji: string, userId: string): M => ({
  ...message,
  reactions: [...message.reactions.filter((reaction) => reaction.by !== 'us'), ...(emoji === '' ? [] : [{ emoji, by: 'us' as const, userId }])],
})

/** Shown at once; the server's own word comes as an update of the message. */
export const reactTo = async (message: M, emoji: string, userId: string): Promise<void> => {
  editMessage(message, (m) => withOurs(m, emoji, userId))
  const body = {
    conversationId: message.conversationId,
    clientId: crypto.randomUUID(),
    content: { type: 'reaction', targetId: message.id, emoji },
  }
  try {
    await api(z.unknown(), 'POST', '/api/messages', { body })
  } catch (error) {
    editMessage(message, (m) => ({ ...m, reactions: message.reactions }))
    toastError(error)
  }
}

export const retryMessage = async (message: M): Promise<void> => {
  editMessage(message, (m) => ({ ...m, status: 'queued', error: null }))
  try {
    putMessage(await api(Message, 'POST', `/api/messages/${message.id}/retry`))
  } catch (error) {
    editMessage(message, (m) => ({ ...m, status: message.status, error: message.error }))
    toastError(error)
  }
}
