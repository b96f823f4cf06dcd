import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { useMessages } from './queries.ts'
import { estimateRow } from './TimelineRows.tsx'
import type { TimelineRow } from './timeline.ts'

const END_PX = 70
const LOAD_AHEAD = 12

type Query = Pick<
  ReturnType<typeof useMessages>,
  | 'hasPreviousPage'
  | 'hasNextPage'
  | 'isFetchingPreviousPage'
  | 'isFetchingNextPage'
  | 'isFetchPreviousPageError'
  | 'isFetchNextPageError'
  | 'fetchPreviousPage'
  | 'fetchNextPage'
>

/** `start`: the row to open at, or null for the end. */
export const useTimelineScroll = (rows: readonly TimelineRow[], start: { index: number; align: 'start' | 'center' } | null, query: Query) => {
  const scroller = useRef<HTMLDivElement>(null)
  const [ready, setReady] = useState(false)
  const virtualizer = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => estimateRow(rows[index]),
    getItemKey: (index) => rows[index]?.key ?? index,
    overscan: 8,
    paddingStart: 44,
    paddingEnd: 10,
    anchorTo: 'end',
    // While newer pages are still to come, the end of what is loaded is not the end of the conversation.
    followOnAppend: !query.hasNextPage,
    scrollEndThreshold: END_PX,
  })

  const opening = useRef(start)
  useLayoutEffect(() => {
    if (opening.current) virtualizer.scrollToIndex(opening.current.index, { align: opening.current.align })
    else virtualizer.scrollToEnd()
    const frame = requestAnimationFrame(() => setReady(true))
    return () => cancelAnimationFrame(frame)
  }, [virtualizer])

  const items = virtualizer.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  const older = ready && first <= LOAD_AHEAD && query.hasPreviousPage && !query.isFetchingPreviousPage && !query.isFetchPreviousPageError
  const newer = ready && last >= rows.length - LOAD_AHEAD && query.hasNextPage && !query.isFetchingNextPage && !query.isFetchNextPageError
  const { fetchPreviousPage, fetchNextPage } = query
  useEffect(() => {
    if (older) void fetchPreviousPage()
  }, [older, fetchPreviousPage])
  useEffect(() => {
    if (newer) void fetchNextPage()
  }, [newer, fetchNextPage])

  const atEnd = ready && !query.hasNextPage && virtualizer.isAtEnd(END_PX)
  // Who was at the end stays there whatever changes above: a separator that goes, a picture that turns out taller.
  const stuck = useRef(false)
  useLayoutEffect(() => {
    if (stuck.current && rows.length > 0) virtualizer.scrollToEnd()
  }, [rows, virtualizer])
  useEffect(() => {
    stuck.current = atEnd
  }, [atEnd])
  useEffect(() => {
    if (!scroller.current) return undefined
    // The composer grows and shrinks below: the last message stays in sight.
    const observer = new ResizeObserver(() => {
      if (stuck.current) virtualizer.scrollToEnd()
    })
    observer.observe(scroller.current)
    return () => observer.disconnect()
  }, [virtualizer])
  return { scroller, virtualizer, items, atEnd }
}
