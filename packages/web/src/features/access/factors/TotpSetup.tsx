import './late-texts.ts'
import { Button, Group, Skeleton, Stack, Text, TextInput } from '@mantine/core'
import { type FormEvent, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { CopyField } from '../../../ui/CopyField.tsx'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { FormError } from '../../../ui/FormError.tsx'
import { QrCode } from './QrCode.tsx'
import { useConfirmTotp, useStartTotp } from './use-factors.ts'

/** As on paper: in groups of four. */
const grouped = (secret: string): string => secret.replaceAll(/(.{4})(?=.)/g, '$1 ')

type TotpSetupProps = { onDone: (recoveryCodes: string[] | null) => void; onCancelled?: () => void }

/** Shows the secret, by QR code and in letters, and takes the first code. */
export function TotpSetup({ onDone, onCancelled }: TotpSetupProps) {
  const { t } = useTranslation(['factors', 'common'])
  const start = useStartTotp()
  const confirm = useConfirmTotp()
  const [code, setCode] = useState('')
  const begun = useRef(false)
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    start.mutate()
  }, [start.mutate])
  if (start.isError) return <ErrorState compact error={start.error} retry={() => start.mutate()} />
  if (start.data === undefined) {
    return (
      <Stack role="status" aria-label={t('common:loading')}>
        <Skeleton height={208} width={208} />
        <Skeleton height={36} />
        <Skeleton height={62} />
      </Stack>
    )
  }
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (code.trim() !== '') confirm.mutate(code, { onSuccess: onDone, onError: () => setCode('') })
  }
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="md">
        <Text size="sm">{t('totp.scan')}</Text>
        <QrCode value={start.data.uri} label={t('totp.qr')} />
        <CopyField label={t('totp.typed')} value={grouped(start.data.secret)} />
        <FormError error={confirm.error} />
        <TextInput
          label={t('totp.code')}
          inputMode="numeric"
          autoComplete="one-time-code"
          maxLength={7}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          {onCancelled !== undefined && (
            <Button variant="default" onClick={onCancelled}>
              {t('common:action.cancel')}
            </Button>
          )}
          <Button type="submit" loading={confirm.isPending} disabled={code.trim() === ''}>
            {t('totp.submit')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
