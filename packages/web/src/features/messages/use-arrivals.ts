import { useEffect, useState } from 'react'
import type { TimelineRow } from './timeline.ts'

/** How many messages of the customer came below what this person has seen. */
export const useArrivals = (rows: readonly TimelineRow[], atEnd: boolean): number => {
  const lastKey = rows.at(-1)?.key ?? null
  const [seenKey, setSeenKey] = useState(lastKey)
  useEffect(() => {
    if (atEnd) setSeenKey(lastKey)
  }, [atEnd, lastKey])
  if (atEnd || seenKey === lastKey) return 0
  const seen = rows.findLastIndex((row) => row.key === seenKey)
  const count = (row: TimelineRow): number => (row.kind === 'album' ? row.messages.length : row.kind === 'message' && row.message.direction === 'in' ? 1 : 0)
  return rows.slice(seen + 1).reduce((sum, row) => sum + count(row), 0)
}
