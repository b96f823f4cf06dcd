import type { Channel } from '@atende/contracts/channels'
import { Anchor, Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { InviteForm } from '../users/InviteForm.tsx'
import { ChannelStep } from './ChannelStep.tsx'
import classes from './OnboardingPage.module.css'
import { Step } from './Step.tsx'

type StepName = 'channel' | 'team' | 'finish'
type ChecklistProps = { channel: Channel | null; people: number; busy: boolean; onFinish: () => void }

/** A number is ready when WhatsApp has found the way to us, not when its credentials are kept. */
const isReady = (channel: Channel | null): boolean => channel !== null && (channel.emulator || channel.handshakeAt !== null)

const firstOpen = (channel: Channel | null, people: number): StepName => {
  if (!isReady(channel)) return 'channel'
  return people > 0 ? 'finish' : 'team'
}

export function Checklist({ channel, people, busy, onFinish }: ChecklistProps) {
  const { t } = useTranslation('onboarding')
  const [open, setOpen] = useState(() => firstOpen(channel, people))
  const [alone, setAlone] = useState(false)
  const connected = isReady(channel)
  const teamDone = people > 0 || alone
  const skipTeam = (): void => {
    setAlone(true)
    setOpen('finish')
  }
  const stepOf = (name: StepName) => ({ open: open === name, onOpen: () => setOpen(name) })
  const channelText = channel === null ? t('channel.text') : t(connected ? 'channel.done' : 'channel.pending', { name: channel.name })
  const teamText = people > 0 ? t('team.done', { count: people }) : t('team.text')
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm" className="tabular" role="status">
        {t('progress', { done: Number(connected) + Number(teamDone), total: 2 })}
      </Text>
      <ol className={classes.steps} aria-label={t('steps')}>
        <Step number={1} title={t('channel.title')} text={channelText} done={connected} {...stepOf('channel')}>
          <ChannelStep channel={channel} connected={connected} onNext={() => setOpen('team')} />
        </Step>
        <Step number={2} title={t('team.title')} text={teamText} done={teamDone} {...stepOf('team')}>
          <InviteForm onDone={() => setOpen('finish')} doneLabel={t('nextStep')} />
          {!teamDone && (
            <Anchor component="button" type="button" size="sm" mt="sm" onClick={skipTeam}>
              {t('team.skip')}
            </Anchor>
          )}
        </Step>
        <Step number={3} title={t('finish.title')} text={t('finish.text')} done={false} {...stepOf('finish')}>
          <Button size="md" loading={busy} onClick={onFinish}>
            {t('finish.action')}
          </Button>
        </Step>
      </ol>
    </>
  )
}
