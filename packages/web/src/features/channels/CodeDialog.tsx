import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../ui/Dialog.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { toast } from '../../ui/toast.ts'
import { useNumberAction } from './use-channel-health.ts'

const CODE = /^\d{4,8}$/

/** Proves that the number is theirs: a code that Meta sends to it. */
export function CodeDialog({ channelId, onClose }: { channelId: string; onClose: () => void }) {
  const { t } = useTranslation(['channelHealth', 'common'])
  const [code, setCode] = useState('')
  const request = useNumberAction(channelId, 'request-code')
  const verify = useNumberAction(channelId, 'verify-code')
  const digits = code.replace(/\D/g, '')
  const done = (): void => {
    toast(t('number.verified'))
    onClose()
  }
  const ask = (method: 'SMS' | 'VOICE'): void => {
    verify.reset()
    request.mutate({ method }, { onSuccess: () => toast(t('number.codeSent')) })
  }
  return (
    <Dialog title={t('number.code')} size={440} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault()
          request.reset()
          if (CODE.test(digits)) verify.mutate({ code: digits }, { onSuccess: done })
        }}
      >
        <Stack gap="md">
          <Text size="sm">{t('number.codeText')}</Text>
          <FormError error={verify.error ?? request.error} />
          <Group gap="xs">
            <Button variant="default" loading={request.isPending} onClick={() => ask('SMS')}>
              {t('number.sms')}
            </Button>
            <Button variant="default" loading={request.isPending} onClick={() => ask('VOICE')}>
              {t('number.voice')}
            </Button>
          </Group>
          <TextInput
            label={t('number.codeField')}
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={12}
            value={code}
            onChange={(event) => setCode(event.currentTarget.value)}
          />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={verify.isPending} disabled={!CODE.test(digits)}>
              {t('number.verify')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
