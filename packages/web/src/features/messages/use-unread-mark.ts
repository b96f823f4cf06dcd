import type { Message } from '@atende/contracts/messages'
import { useState } from 'react'
import { firstUnreadId } from './timeline.ts'

const isAway = (): boolean => document.visibilityState === 'hidden' || !document.hasFocus()

/** Where "unread from here" stands: as it was when the conversation was opened, or where news began while nobody looked. */
export const useUnreadMark = (messages: readonly Message[], unreadAtOpen: number): string | null => {
  const [mark, setMark] = useState(() => firstUnreadId(messages, unreadAtOpen))
  const last = messages.at(-1)
  const [knownLast, setKnownLast] = useState(last?.id)
  if (last && last.id !== knownLast) {
    setKnownLast(last.id)
    if (last.direction === 'out') setMark(null)
    else if (last.direction === 'in' && mark === null && isAway()) setMark(last.id)
  }
  return mark
}
