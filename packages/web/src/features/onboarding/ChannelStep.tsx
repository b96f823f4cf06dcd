import { Button, Group } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConnectChannel } from '../channels/ConnectChannel.tsx'

/** Stays on the result of what was just connected until the person moves on. */
export function ChannelStep({ connected, onNext }: { connected: boolean; onNext: () => void }) {
  const { t } = useTranslation('onboarding')
  const [connecting, setConnecting] = useState(!connected)
  if (connecting) return <ConnectChannel onDone={onNext} doneLabel={t('nextStep')} />
  return (
    <Group>
      <Button onClick={onNext}>{t('nextStep')}</Button>
      <Button variant="default" onClick={() => setConnecting(true)}>
        {t('another')}
      </Button>
    </Group>
  )
}
