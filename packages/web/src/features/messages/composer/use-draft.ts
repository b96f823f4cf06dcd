import { useEffect, useRef, useState } from 'react'
import { useMe } from '../../../lib/session.ts'
import { keepDraft, readDraft } from './drafts.ts'

const KEEP_MS = 300

/** The text survives another conversation, a reload and a lost login. */
export const useDraft = (conversationId: string): [string, (text: string) => void] => {
  const { user } = useMe()
  const [text, setText] = useState(() => readDraft(user.id, conversationId))
  const waiting = useRef<{ text: string; timer: ReturnType<typeof setTimeout> }>(undefined)
  const change = (next: string): void => {
    setText(next)
    clearTimeout(waiting.current?.timer)
    const timer = setTimeout(() => {
      keepDraft(user.id, conversationId, next)
      waiting.current = undefined
    }, KEEP_MS)
    waiting.current = { text: next, timer }
  }
  useEffect(
    () => () => {
      if (!waiting.current) return
      clearTimeout(waiting.current.timer)
      keepDraft(user.id, conversationId, waiting.current.text)
    },
    [user.id, conversationId],
  )
  return [text, change]
}
