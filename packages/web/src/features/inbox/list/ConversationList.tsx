import { Button, Loader } from '@mantine/core'
import { useVirtualizer } from '@tanstack/react-virtual'
import { useEffect, useMemo, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import { useNow } from '../../../lib/time.ts'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { filterOf, type InboxSearch } from '../filter.ts'
import { flattenList } from '../live.ts'
import { useConversations } from '../queries.ts'
import { windowState } from '../window.ts'
import classes from './ConversationList.module.css'
import { ConversationRow } from './ConversationRow.tsx'
import { ListEmpty } from './ListEmpty.tsx'
import { ListHeader } from './ListHeader.tsx'
import { ListSkeleton } from './ListSkeleton.tsx'
import { useListKeys } from './use-list-keys.ts'

const ROW_HEIGHT = 88
const LOAD_AHEAD = 8

type Conversations = ReturnType<typeof useConversations>
type RowsProps = { query: Conversations; openId: string | null; closesSoon: boolean }

function MoreFailed({ query }: { query: Conversations }) {
  const { t } = useTranslation('inbox')
  const common = useTranslation('common').t
  return (
    <p className={classes.more} role="alert">
      {t('loadMoreFailed')}
      <Button variant="default" size="compact-xs" onClick={() => void query.fetchNextPage()}>
        {common('action.retry')}
      </Button>
    </p>
  )
}

function Rows({ query, openId, closesSoon }: RowsProps) {
  const { t } = useTranslation('inbox')
  const now = useNow(30_000)
  const loaded = useMemo(() => flattenList(query.data), [query.data])
  // A window that closed has nothing to do among those that close soon.
  const conversations = closesSoon ? loaded.filter((c) => c.id === openId || windowState(c, now).open) : loaded
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: conversations.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: (index) => conversations[index]?.id ?? index,
    overscan: 6,
    paddingStart: 8,
    paddingEnd: 12,
  })
  const items = virtualizer.getVirtualItems()
  const lastShown = items.at(-1)?.index ?? 0
  const { hasNextPage, isFetchingNextPage, isFetchNextPageError, fetchNextPage } = query
  const wantsMore = lastShown >= conversations.length - LOAD_AHEAD && hasNextPage && !isFetchingNextPage && !isFetchNextPageError
  useEffect(() => {
    if (wantsMore) void fetchNextPage()
  }, [wantsMore, fetchNextPage])
  useListKeys({ conversations, openId, scroller, scrollTo: (index) => virtualizer.scrollToIndex(index, { align: 'auto' }) })

  return (
    <div ref={scroller} className={classes.scroller}>
      <ul className={classes.rows} style={{ height: virtualizer.getTotalSize() }} aria-label={t('pane.list')}>
        {items.map((item) => {
          const conversation = conversations[item.index]
          return conversation ? (
            <li
              key={item.key}
              ref={virtualizer.measureElement}
              data-index={item.index}
              className={classes.item}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <ConversationRow conversation={conversation} open={conversation.id === openId} now={now} index={item.index} />
            </li>
          ) : null
        })}
      </ul>
      {isFetchingNextPage && (
        <p className={classes.more}>
          <Loader size="xs" />
        </p>
      )}
      {isFetchNextPageError && <MoreFailed query={query} />}
    </div>
  )
}

type ConversationListProps = { search: InboxSearch; openId: string | null; onChange: (patch: Partial<InboxSearch>) => void }

export function ConversationList({ search, openId, onChange }: ConversationListProps) {
  const query = useConversations(filterOf(search))
  const empty = query.data?.pages.every((page) => page.items.length === 0) && !query.hasNextPage
  return (
    <>
      <ListHeader search={search} onChange={onChange} />
      <div className={classes.body} aria-busy={query.isPending}>
        {query.isPending && <ListSkeleton />}
        {query.isError && !query.data && <ErrorState error={query.error} retry={() => void query.refetch()} />}
        {empty && <ListEmpty search={search} onChange={onChange} />}
        {query.data && !empty && <Rows query={query} openId={openId} closesSoon={search.soon === true} />}
      </div>
    </>
  )
}
