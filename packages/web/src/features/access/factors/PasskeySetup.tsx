import './late-texts.ts'
import { Button, Group, Stack, TextInput } from '@mantine/core'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { FormError } from '../../../ui/FormError.tsx'
import { deviceName } from '../device-name.ts'
import { useAddPasskey } from './use-factors.ts'

type PasskeySetupProps = { onDone: (recoveryCodes: string[] | null) => void; onCancelled?: () => void }

/** A name, and then the device's own dialog. */
export function PasskeySetup({ onDone, onCancelled }: PasskeySetupProps) {
  const { t } = useTranslation(['factors', 'common'])
  const [name, setName] = useState(() => deviceName(navigator.userAgent) ?? '')
  const add = useAddPasskey()
  const submit = (event: FormEvent): void => {
    event.preventDefault()
    if (name.trim() !== '') add.mutate(name.trim(), { onSuccess: onDone })
  }
  return (
    <form noValidate onSubmit={submit}>
      <Stack gap="md">
        <FormError error={add.error} />
        <TextInput
          label={t('passkeys.name')}
          description={t('passkeys.nameHint')}
          maxLength={60}
          data-autofocus
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end" gap="xs">
          {onCancelled !== undefined && (
            <Button variant="default" onClick={onCancelled}>
              {t('common:action.cancel')}
            </Button>
          )}
          <Button type="submit" loading={add.isPending} disabled={name.trim() === ''}>
            {t('passkeys.create')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
