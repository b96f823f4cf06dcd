import { Button, Loader } from '@mantine/core'
import { ArrowDown, MessageCircle } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { type OutboxEntry, unconfirmed } from './outbox.ts'
import { useOutbox } from './outbox-store.ts'
import type { useMessages } from './queries.ts'
import classes from './Timeline.module.css'
import { Row } from './TimelineRows.tsx'
import { useThread } from './thread-context.ts'
import { buildTimeline, rowIndexOf, type TimelineRow } from './timeline.ts'
import { useArrivals } from './use-arrivals.ts'
import { usePreview } from './use-preview.ts'
import { useTimelineScroll } from './use-timeline-scroll.ts'
import { useUnreadMark } from './use-unread-mark.ts'

type Query = ReturnType<typeof useMessages>
export type Target = { id: string; nonce: number }
export type MessageListProps = {
  query: Query
  conversationId: string
  unreadAtOpen: number
  /** A message to go to; answered by `onTarget` with whether it is among the loaded ones. */
  target: Target | null
  onTarget: (found: boolean) => void
  onAtEnd: (atEnd: boolean) => void
  /** Asks for the newest messages when another part of the conversation is loaded. */
  onNewest: () => void
}

const NO_ENTRIES: readonly OutboxEntry[] = []

function TopEdge({ query }: { query: Query }) {
  const { t } = useTranslation('messages')
  const common = useTranslation('common').t
  if (query.isFetchPreviousPageError) {
    return (
      <div className={classes.edge} role="alert">
        {t('list.olderFailed')}
        <Button variant="default" size="compact-xs" onClick={() => void query.fetchPreviousPage()}>
          {common('action.retry')}
        </Button>
      </div>
    )
  }
  if (query.hasPreviousPage) {
    return <div className={classes.edge}>{query.isFetchingPreviousPage && <Loader size={16} color="gray" aria-label={t('list.loadingOlder')} />}</div>
  }
  return <div className={classes.edge}>{t('list.start')}</div>
}

function Announcer({ rows }: { rows: readonly TimelineRow[] }) {
  const { textOf } = usePreview()
  const last = rows.at(-1)
  return (
    <span className={classes.hidden} role="status">
      {last?.kind === 'message' && last.message.direction === 'in' ? textOf(last.message.content) : ''}
    </span>
  )
}

const moveFocus = (event: KeyboardEvent<HTMLElement>): void => {
  if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
  // The arrows scroll the messages here; they must not walk through the list of conversations.
  if (event.target === event.currentTarget) event.stopPropagation()
  if (!(event.target instanceof HTMLElement) || event.target.dataset.message === undefined) return
  const all = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-message]')]
  const next = all[all.indexOf(event.target) + (event.key === 'ArrowUp' ? -1 : 1)]
  event.preventDefault()
  event.stopPropagation()
  next?.focus({ preventScroll: true })
  next?.scrollIntoView({ block: 'nearest' })
}

function useRows({ query, conversationId, unreadAtOpen }: MessageListProps) {
  const outbox = useOutbox()
  const { messages, hasNextPage } = query
  const mark = useUnreadMark(messages, unreadAtOpen)
  const pending = useMemo(() => unconfirmed(outbox, conversationId, messages), [outbox, conversationId, messages])
  const entries = hasNextPage ? NO_ENTRIES : pending
  const rows = useMemo(() => buildTimeline(messages, entries, mark), [messages, entries, mark])
  return { rows, pending, mark }
}

const openAt = (rows: readonly TimelineRow[], target: Target | null) => {
  const wanted = target ? rowIndexOf(rows, target.id) : rows.findIndex((row) => row.kind === 'unread')
  if (wanted === -1) return null
  return { index: wanted, align: target ? ('center' as const) : ('start' as const) }
}

export function MessageList(props: MessageListProps) {
  const { query, target, onTarget, onAtEnd, onNewest } = props
  const { t } = useTranslation('messages')
  const { backToComposer } = useThread()
  const { rows, pending } = useRows(props)
  const [start] = useState(() => openAt(rows, target))
  const { scroller, virtualizer, items, atEnd } = useTimelineScroll(rows, start, query)
  const [flash, setFlash] = useState<string | null>(null)
  const arrivals = useArrivals(rows, atEnd)
  const newestPending = pending.at(-1)?.clientId ?? null
  const lastMessageKey = rows.findLast((row) => row.kind === 'message')?.key

  useEffect(() => onAtEnd(atEnd), [atEnd, onAtEnd])
  useEffect(() => {
    if (newestPending === null) return
    if (query.hasNextPage) onNewest()
    else virtualizer.scrollToEnd()
  }, [newestPending, query.hasNextPage, onNewest, virtualizer])
  useEffect(() => {
    if (!target) return
    const index = rowIndexOf(rows, target.id)
    onTarget(index !== -1)
    if (index === -1) return
    virtualizer.scrollToIndex(index, { align: 'center' })
    setFlash(target.id)
  }, [target, rows, onTarget, virtualizer])
  useEffect(() => {
    if (flash === null) return undefined
    const timer = setTimeout(() => setFlash(null), 1_700)
    return () => clearTimeout(timer)
  }, [flash])
  const toEnd = (): void => {
    if (query.hasNextPage) onNewest()
    else virtualizer.scrollToEnd()
    backToComposer()
  }

  return (
    <div className={classes.frame}>
      <Announcer rows={rows} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a region that scrolls must be reachable by keyboard */}
      <div ref={scroller} className={classes.scroller} role="log" aria-live="off" aria-label={t('list.label')} tabIndex={0} onKeyDown={moveFocus}>
        <div className={classes.rows} style={{ height: virtualizer.getTotalSize() }}>
          {rows.length > 0 && <TopEdge query={query} />}
          {items.map((item) => {
            const row = rows[item.index]
            return row ? (
              <div
                key={item.key}
                ref={virtualizer.measureElement}
                data-index={item.index}
                className={classes.item}
                style={{ transform: `translateY(${item.start}px)` }}
              >
                <Row row={row} flash={flash !== null && row.kind === 'message' && row.message.id === flash} focusable={row.key === lastMessageKey} />
              </div>
            ) : null
          })}
        </div>
      </div>
      {rows.length === 0 && !query.hasPreviousPage && (
        <div className={classes.empty}>
          <EmptyState icon={<MessageCircle size={24} aria-hidden />} title={t('list.empty')} text={t('list.emptyText')} />
        </div>
      )}
      {!atEnd && rows.length > 0 && (
        <Button className={classes.toEnd} variant="default" size="xs" radius="xl" onClick={toEnd} leftSection={<ArrowDown size={14} aria-hidden />}>
          {arrivals > 0 ? t('list.newer', { count: arrivals }) : t('list.toEnd')}
        </Button>
      )}
    </div>
  )
}
