import { Button, Group, PinInput, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../ui/Dialog.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { toast } from '../../ui/toast.ts'
import { useNumberAction } from './use-channel-health.ts'

const DIGITS = 6

/** The six digits of the two-step PIN: to register with, or a new one. */
export function PinDialog({ channelId, purpose, onClose }: { channelId: string; purpose: 'register' | 'pin'; onClose: () => void }) {
  const { t } = useTranslation(['channelHealth', 'common'])
  const [pin, setPin] = useState('')
  const act = useNumberAction(channelId, purpose)
  const registering = purpose === 'register'
  const title = registering ? t('number.register') : t('number.setPin')
  const done = (): void => {
    toast(registering ? t('number.registerDone') : t('number.setPinDone'))
    onClose()
  }
  return (
    <Dialog title={title} size={420} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (pin.length === DIGITS) act.mutate({ pin }, { onSuccess: done })
        }}
      >
        <Stack gap="md">
          <Text size="sm">{registering ? t('number.registerText') : t('number.setPinText')}</Text>
          <FormError error={act.error} />
          <PinInput length={DIGITS} type="number" size="md" autoFocus value={pin} onChange={setPin} aria-label={t('number.pin')} oneTimeCode={false} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={act.isPending} disabled={pin.length !== DIGITS}>
              {title}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
