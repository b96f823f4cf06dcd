import { ChannelSetup } from '@atende/contracts/channels'
import { Alert, Button, Group, Loader, Skeleton, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { CircleCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'
import { formatDateTime } from '../../lib/time.ts'
import { CopyField } from '../../ui/CopyField.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { toast } from '../../ui/toast.ts'
import { useChannel, useSubscribeChannel } from './channel-mutations.ts'
import classes from './SetupPanel.module.css'

/** Stays on screen while somebody works in another tab at Meta, and notices by itself when that is done. */
function Handshake({ channelId }: { channelId: string }) {
  const { t } = useTranslation('channels')
  const { data } = useChannel(channelId)
  const at = data?.handshakeAt ?? null
  return (
    <div className={classes.handshake} data-done={at !== null || undefined} role="status">
      {at === null ? <Loader size={18} color="amber" aria-hidden /> : <CircleCheck size={20} aria-hidden />}
      <div>
        <div className={classes.state}>{at === null ? t('setup.waiting') : t('setup.confirmed')}</div>
        <Text size="xs" c="dimmed">
          {at === null ? t('setup.waitingHint') : t('setup.confirmedAt', { when: formatDateTime(at) })}
        </Text>
      </div>
    </div>
  )
}

/** What to paste at Meta, and whether it has arrived. */
export function SetupPanel({ channelId }: { channelId: string }) {
  const { t } = useTranslation('channels')
  const subscribe = useSubscribeChannel(channelId)
  const setup = useQuery({
    queryKey: keys.channelSetup(channelId),
    queryFn: ({ signal }) => api(ChannelSetup, 'GET', `/api/channels/${channelId}/setup`, { signal }),
  })
  if (setup.isError) return <ErrorState compact error={setup.error} retry={() => void setup.refetch()} />
  return (
    <Stack gap="md">
      <Text size="sm" lh={1.55}>
        {t('setup.text')}
      </Text>
      {setup.data === undefined ? (
        <>
          <Skeleton height={68} />
          <Skeleton height={68} />
        </>
      ) : (
        <>
          <CopyField label={t('setup.webhookUrl')} value={setup.data.webhookUrl} />
          <CopyField label={t('setup.verifyToken')} value={setup.data.verifyToken} />
          {!setup.data.hasAppSecret && <Alert color="amber">{t('setup.noSecret')}</Alert>}
        </>
      )}
      <Handshake channelId={channelId} />
      <Group>
        <Button
          variant="default"
          size="xs"
          loading={subscribe.isPending}
          onClick={() => subscribe.mutate(undefined, { onSuccess: () => toast(t('setup.subscribed')) })}
        >
          {t('setup.subscribe')}
        </Button>
      </Group>
    </Stack>
  )
}
