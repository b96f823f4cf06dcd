import { useEffect, useRef } from 'react'
import { socket } from '../../../lib/socket.ts'

const EVERY_MS = 4_000
const IDLE_MS = 5_000

/** Tells the others that somebody writes here: at most every four seconds, and that it stopped. */
export const useTypingSignal = (conversationId: string) => {
  const told = useRef(0)
  const idle = useRef<ReturnType<typeof setTimeout>>(undefined)
  const stop = (): void => {
    clearTimeout(idle.current)
    if (told.current === 0) return
    told.current = 0
    if (socket.connected) socket.emit('typing:stop', { conversationId })
  }
  const typed = (): void => {
    clearTimeout(idle.current)
    idle.current = setTimeout(stop, IDLE_MS)
    if (Date.now() - told.current < EVERY_MS || !socket.connected) return
    told.current = Date.now()
    socket.emit('typing:start', { conversationId })
  }
  useEffect(
    () => () => {
      clearTimeout(idle.current)
      if (told.current !== 0 && socket.connected) socket.emit('typing:stop', { conversationId })
    },
    [conversationId],
  )
  return { typed, stop }
}
