import type { WebhookEvent } from '@atende/contracts/channels'
import { Button, Center, UnstyledButton } from '@mantine/core'
import { Inbox, PartyPopper } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatRelative } from '../../lib/time.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import rows from '../../ui/rows.module.css'
import { Section } from '../../ui/Section.tsx'
import { useChannels } from '../channels/use-channels.ts'
import classes from './EventList.module.css'
import { EventStatus } from './EventStatus.tsx'
import { type EventFilter, useEvents } from './use-events.ts'

type EventListProps = { filter: EventFilter; onOpen: (id: string) => void }

function EventRow({ event, channel, onOpen }: { event: WebhookEvent; channel: string | undefined; onOpen: () => void }) {
  const { t } = useTranslation('events')
  const when = formatRelative(event.receivedAt)
  return (
    <UnstyledButton className={`${rows.row} ${classes.row}`} onClick={onOpen}>
      <span className={rows.words}>
        <span className={rows.oneLine}>{event.summary}</span>
        <span className={rows.text}>
          <time dateTime={event.receivedAt} title={formatDateTime(event.receivedAt)}>
            {when}
          </time>
          {channel !== undefined && ` · ${channel}`}
          {event.attempts > 1 && ` · ${t('attempts', { count: event.attempts })}`}
        </span>
        {event.error !== null && <span className={classes.error}>{event.error}</span>}
      </span>
      <EventStatus status={event.status} />
    </UnstyledButton>
  )
}

function NoEvents({ filter }: { filter: EventFilter }) {
  const { t } = useTranslation('events')
  return filter === 'problem' ? (
    <EmptyState icon={<PartyPopper size={24} aria-hidden />} title={t('noProblemTitle')} text={t('noProblemText')} />
  ) : (
    <EmptyState icon={<Inbox size={24} aria-hidden />} title={t('emptyTitle')} text={t('emptyText')} />
  )
}

export function EventList({ filter, onOpen }: EventListProps) {
  const { t } = useTranslation(['events', 'common'])
  const events = useEvents(filter)
  const channels = useChannels()
  const list = events.data?.pages.flatMap((page) => page.items)
  const nameOf = (id: string | null): string | undefined => channels.data?.find((channel) => channel.id === id)?.name
  return (
    <>
      <Section flush>
        {events.isPending && <ListSkeleton rows={8} />}
        {events.isError && list === undefined && <ErrorState compact error={events.error} retry={() => void events.refetch()} />}
        {list?.length === 0 && <NoEvents filter={filter} />}
        {list?.map((event) => (
          <EventRow key={event.id} event={event} channel={nameOf(event.channelId)} onOpen={() => onOpen(event.id)} />
        ))}
      </Section>
      {events.hasNextPage && (
        <Center>
          <Button variant="default" loading={events.isFetchingNextPage} onClick={() => void events.fetchNextPage()}>
            {t('common:action.more')}
          </Button>
        </Center>
      )}
    </>
  )
}
