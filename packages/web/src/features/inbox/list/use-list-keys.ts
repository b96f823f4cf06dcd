import type { Conversation } from '@atende/contracts/conversations'
import { type RefObject, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useShortcut } from '../../../lib/shortcuts.ts'

type ListKeys = {
  conversations: readonly Conversation[]
  openId: string | null
  scroller: RefObject<HTMLDivElement | null>
  scrollTo: (index: number) => void
}

/** j/k and arrows walk through the rows; the focused row is a link, so Enter opens it. */
export const useListKeys = ({ conversations, openId, scroller, scrollTo }: ListKeys): void => {
  const { t } = useTranslation('inbox')
  const cursor = useRef<string | null>(null)
  const group = t('shortcuts.group')

  const position = (): number => {
    const focused = document.activeElement?.closest('[data-row]')
    if (focused instanceof HTMLElement) return Number(focused.dataset.row)
    const known = cursor.current ?? openId
    return known === null ? -1 : conversations.findIndex((c) => c.id === known)
  }
  const focusRow = (index: number, triesLeft = 5): void => {
    const row = scroller.current?.querySelector<HTMLElement>(`[data-row="${index}"]`)
    if (row) row.focus({ preventScroll: true })
    // A row far away is drawn a frame or two after the list has moved there.
    else if (triesLeft > 0) requestAnimationFrame(() => focusRow(index, triesLeft - 1))
  }
  const move = (step: 1 | -1): void => {
    if (conversations.length === 0) return
    const index = Math.min(conversations.length - 1, Math.max(0, position() + step))
    cursor.current = conversations[index]?.id ?? null
    scrollTo(index)
    focusRow(index)
  }
  useShortcut('j', () => move(1), t('shortcuts.next'), group)
  useShortcut('k', () => move(-1), t('shortcuts.previous'), group)
  useShortcut('ArrowDown', () => move(1), t('shortcuts.next'), group)
  useShortcut('ArrowUp', () => move(-1), t('shortcuts.previous'), group)
}
