import type { Channel } from '@atende/contracts/channels'
import { Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConnectChannel } from '../channels/ConnectChannel.tsx'
import { SetupPanel } from '../channels/SetupPanel.tsx'

/** Stays on the result of what was just connected until the person moves on. */
type ChannelStepProps = { channel: Channel | null; connected: boolean; onNext: () => void }

export function ChannelStep({ channel, connected, onNext }: ChannelStepProps) {
  const { t } = useTranslation('onboarding')
  const [connecting, setConnecting] = useState(channel === null)
  if (connecting) return <ConnectChannel onDone={onNext} doneLabel={t('nextStep')} />
  return (
    <Stack gap="lg">
      {channel !== null && !connected && <SetupPanel channelId={channel.id} />}
      <Group>
        <Button onClick={onNext}>{t('nextStep')}</Button>
        <Button variant="default" onClick={() => setConnecting(true)}>
          {t('another')}
        </Button>
      </Group>
    </Stack>
  )
}
