import { Alert, Button, Group, Skeleton, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { formatDateTime } from '../../lib/time.ts'
import { CopyButton } from '../../ui/CopyButton.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { toast } from '../../ui/toast.ts'
import { useChannels } from '../channels/use-channels.ts'
import classes from './EventDetail.module.css'
import { EventStatus } from './EventStatus.tsx'
import { prettyBody } from './pretty-body.ts'
import { useEvent, useReplay } from './use-events.ts'

function RawBody({ body }: { body: string }) {
  const { t } = useTranslation('events')
  const text = prettyBody(body)
  return (
    <div>
      <Group justify="space-between" mb={6}>
        <div>
          <Text size="sm" fw={570}>
            {t('body')}
          </Text>
          <Text size="xs" c="dimmed">
            {t('bodyHint')}
          </Text>
        </div>
        <CopyButton value={text} label={t('body')} withText />
      </Group>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable by keyboard */}
      <pre className={classes.body} tabIndex={0}>
        {text}
      </pre>
    </div>
  )
}

export function EventDetail({ id }: { id: string }) {
  const { t } = useTranslation('events')
  const { data: event, error, refetch } = useEvent(id)
  const channels = useChannels()
  const replay = useReplay(id)
  const mayReplay = useCan('channels.manage')
  if (event === undefined) {
    return error === null ? <Skeleton height={320} /> : <ErrorState error={error} retry={() => void refetch()} />
  }
  const channel = channels.data?.find((one) => one.id === event.channelId)?.name ?? t('unknownChannel')
  return (
    <Stack gap="lg">
      <Group justify="space-between" wrap="nowrap">
        <Text fw={570}>{event.summary}</Text>
        <EventStatus status={event.status} />
      </Group>
      {event.error !== null && (
        <Alert color={event.status === 'failed' ? 'red' : 'amber'} title={t('error')}>
          {event.error}
        </Alert>
      )}
      <Facts
        facts={[
          [t('received'), formatDateTime(event.receivedAt)],
          [t('processed'), event.processedAt === null ? null : formatDateTime(event.processedAt)],
          [t('channel'), channel],
          [t('attemptsName'), event.attempts],
        ]}
      />
      {mayReplay && (
        <Group gap="sm">
          <Button variant="default" loading={replay.isPending} onClick={() => replay.mutate(undefined, { onSuccess: () => toast(t('replayed')) })}>
            {t('replay')}
          </Button>
          <Text size="xs" c="dimmed">
            {t('replayHint')}
          </Text>
        </Group>
      )}
      <RawBody body={event.body} />
    </Stack>
  )
}
