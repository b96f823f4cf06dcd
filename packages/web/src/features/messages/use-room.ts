import { useEffect, useState } from 'react'
import { useConnection } from '../../lib/connection.ts'
import { useMe } from '../../lib/session.ts'
import { socket, useSocketEvent } from '../../lib/socket.ts'

/** Be in the conversation's room while it is open: that is where typing is told. */
export const useRoom = (conversationId: string): void => {
  const connection = useConnection()
  useEffect(() => {
    if (connection !== 'online') return undefined
    socket.emit('join:conversation', { conversationId }, () => undefined)
    return () => {
      socket.emit('leave:conversation', { conversationId }, () => undefined)
    }
  }, [connection, conversationId])
}

export type TypingState = { contact: boolean; colleague: string | null }
const FORGET_MS = 9_000

/** Who writes right now. A lost "stop" is forgotten by itself. */
export const useTyping = (conversationId: string): TypingState => {
  const { user } = useMe()
  const [contactUntil, setContactUntil] = useState(0)
  const [colleague, setColleague] = useState<{ name: string; until: number } | null>(null)

  useSocketEvent('typing:start', (event) => {
    if (event.conversationId !== conversationId) return
    if (event.who === 'contact') setContactUntil(Date.now() + FORGET_MS)
    else if (event.user && event.user.id !== user.id) setColleague({ name: event.user.name, until: Date.now() + FORGET_MS })
  })
  useSocketEvent('typing:stop', (event) => {
    if (event.conversationId !== conversationId) return
    if (event.who === 'contact') setContactUntil(0)
    else if (event.user?.id !== user.id) setColleague(null)
  })
  useSocketEvent('message:new', ({ message }) => {
    if (message.conversationId !== conversationId) return
    if (message.direction === 'in') setContactUntil(0)
    else if (message.sender?.name === colleague?.name) setColleague(null)
  })
  useEffect(() => {
    const next = Math.max(contactUntil, colleague?.until ?? 0) - Date.now()
    if (next <= 0) return undefined
    const timer = setTimeout(() => {
      setContactUntil(0)
      setColleague(null)
    }, next)
    return () => clearTimeout(timer)
  }, [contactUntil, colleague])
  return { contact: contactUntil > 0, colleague: colleague?.name ?? null }
}
