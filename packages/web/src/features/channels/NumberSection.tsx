import type { Channel, ChannelHealth } from '@atende/contracts/channels'
import { Button, Group, Stack } from '@mantine/core'
import { KeyRound, ShieldCheck, ShieldOff, Signal, SignalZero } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { ConfirmButton } from '../../ui/ConfirmButton.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { formatPhone } from '../contacts/format-phone.ts'
import { CodeDialog } from './CodeDialog.tsx'
import { PinDialog } from './PinDialog.tsx'
import { useNumberAction } from './use-channel-health.ts'

type Open = 'register' | 'pin' | 'code' | null

function State({ health }: { health: ChannelHealth }) {
  const { t } = useTranslation('channelHealth')
  const { registered, pinEnabled } = health
  return (
    <Group gap="xs">
      {registered !== null && (
        <Pill tone={registered ? 'good' : 'waiting'} icon={registered ? <Signal size={13} aria-hidden /> : <SignalZero size={13} aria-hidden />}>
          {registered ? t('number.registered') : t('number.notRegistered')}
        </Pill>
      )}
      {pinEnabled !== null && (
        <Pill tone={pinEnabled ? 'good' : 'quiet'} icon={pinEnabled ? <ShieldCheck size={13} aria-hidden /> : <ShieldOff size={13} aria-hidden />}>
          {pinEnabled ? t('number.pinOn') : t('number.pinOff')}
        </Pill>
      )}
    </Group>
  )
}

/** Registration of the number and its two-step PIN (Cloud API, registration). */
export function NumberSection({ channel, health }: { channel: Channel; health: ChannelHealth }) {
  const { t } = useTranslation('channelHealth')
  const [open, setOpen] = useState<Open>(null)
  const deregister = useNumberAction(channel.id, 'deregister')
  const close = (): void => setOpen(null)
  const number = channel.displayPhoneNumber === null ? channel.name : formatPhone(channel.displayPhoneNumber)
  return (
    <Section title={t('number.title')} text={t('number.text')}>
      <Stack gap="md">
        <State health={health} />
        <Group gap="xs">
          <Button variant={health.registered === false ? 'filled' : 'default'} onClick={() => setOpen('register')}>
            {t('number.register')}
          </Button>
          <Button variant="default" leftSection={<KeyRound size={15} aria-hidden />} onClick={() => setOpen('pin')}>
            {t('number.setPin')}
          </Button>
          <Button variant="default" onClick={() => setOpen('code')}>
            {t('number.code')}
          </Button>
          {health.registered !== false && !health.coexistence && (
            <ConfirmButton
              variant="subtle"
              color="red"
              loading={deregister.isPending}
              question={t('number.deregisterQuestion', { number })}
              verb={t('number.deregister')}
              onConfirm={() => deregister.mutate(undefined, { onSuccess: () => toast(t('number.deregisterDone')), onError: toastError })}
            >
              {t('number.deregister')}
            </ConfirmButton>
          )}
        </Group>
      </Stack>
      {(open === 'register' || open === 'pin') && <PinDialog key={open} channelId={channel.id} purpose={open} onClose={close} />}
      {open === 'code' && <CodeDialog channelId={channel.id} onClose={close} />}
    </Section>
  )
}
