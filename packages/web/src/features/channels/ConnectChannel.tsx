import type { Channel } from '@atende/contracts/channels'
import { Button, Group, Stack } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConnectChoice } from './ConnectChoice.tsx'
import { CredentialsForm } from './CredentialsForm.tsx'
import { EmulatorReady } from './EmulatorReady.tsx'
import { SetupPanel } from './SetupPanel.tsx'

type Step = { at: 'choice' } | { at: 'form' } | { at: 'done'; channel: Channel }

/** From nothing to a connected number; in the settings and on the first run. */
export function ConnectChannel({ onDone, doneLabel }: { onDone: () => void; doneLabel?: string }) {
  const { t } = useTranslation('channels')
  const [step, setStep] = useState<Step>({ at: 'choice' })
  const finish = (channel: Channel): void => setStep({ at: 'done', channel })
  if (step.at === 'choice') return <ConnectChoice onCloud={() => setStep({ at: 'form' })} onEmulator={finish} />
  if (step.at === 'form') return <CredentialsForm onSaved={finish} onBack={() => setStep({ at: 'choice' })} />
  return (
    <Stack gap="lg">
      {step.channel.emulator ? <EmulatorReady /> : <SetupPanel channelId={step.channel.id} />}
      <Group justify="flex-end">
        <Button onClick={onDone}>{doneLabel ?? t('connect.finish')}</Button>
      </Group>
    </Stack>
  )
}
