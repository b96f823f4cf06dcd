import type { Conversation } from '@atende/contracts/conversations'
import { useEffect, useRef, useState } from 'react'
import { useMarkRead } from '../actions.ts'

const isWatching = (): boolean => document.visibilityState === 'visible' && document.hasFocus()

const useWatching = (): boolean => {
  const [watching, setWatching] = useState(isWatching)
  useEffect(() => {
    const look = (): void => setWatching(isWatching())
    document.addEventListener('visibilitychange', look)
    window.addEventListener('focus', look)
    window.addEventListener('blur', look)
    return () => {
      document.removeEventListener('visibilitychange', look)
      window.removeEventListener('focus', look)
      window.removeEventListener('blur', look)
    }
  }, [])
  return watching
}

/** Read means: open, in front of somebody, and scrolled to the end. Once per state, so a refusal does not turn into a loop. */
export const useReading = (conversation: Conversation | undefined, atEnd: boolean): void => {
  const watching = useWatching()
  const { mutate } = useMarkRead(conversation)
  const tried = useRef('')
  const state = conversation && conversation.unreadCount > 0 ? `${conversation.lastMessage?.id}:${conversation.unreadCount}` : ''
  useEffect(() => {
    if (state === '' || !watching || !atEnd || tried.current === state) return
    tried.current = state
    mutate()
  }, [state, watching, atEnd, mutate])
}
