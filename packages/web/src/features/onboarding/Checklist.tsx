import { Anchor, Button, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { InviteForm } from '../users/InviteForm.tsx'
import { ChannelStep } from './ChannelStep.tsx'
import classes from './OnboardingPage.module.css'
import { Step } from './Step.tsx'

type StepName = 'channel' | 'team' | 'finish'
type ChecklistProps = { channelName: string | null; people: number; busy: boolean; onFinish: () => void }

const firstOpen = (channelName: string | null, people: number): StepName => {
  if (channelName === null) return 'channel'
  return people > 0 ? 'finish' : 'team'
}

export function Checklist({ channelName, people, busy, onFinish }: ChecklistProps) {
  const { t } = useTranslation('onboarding')
  const [open, setOpen] = useState(() => firstOpen(channelName, people))
  const [alone, setAlone] = useState(false)
  const connected = channelName !== null
  const teamDone = people > 0 || alone
  const skipTeam = (): void => {
    setAlone(true)
    setOpen('finish')
  }
  const stepOf = (name: StepName) => ({ open: open === name, onOpen: () => setOpen(name) })
  const channelText = connected ? t('channel.done', { name: channelName }) : t('channel.text')
  const teamText = people > 0 ? t('team.done', { count: people }) : t('team.text')
  return (
    <>
      <Text size="sm" c="dimmed" mb="sm" className="tabular" role="status">
        {t('progress', { done: Number(connected) + Number(teamDone), total: 2 })}
      </Text>
      <ol className={classes.steps} aria-label={t('steps')}>
        <Step number={1} title={t('channel.title')} text={channelText} done={connected} {...stepOf('channel')}>
          <ChannelStep connected={connected} onNext={() => setOpen('team')} />
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
