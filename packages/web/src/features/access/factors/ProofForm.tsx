import './late-texts.ts'
import type { ProofMethod, StepUpInput } from '@atende/contracts/factors'
import { Anchor, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { fieldErrors } from '../../../lib/error-text.ts'
import { FormError } from '../../../ui/FormError.tsx'
import { askPasskey } from './passkey.ts'
import { passkeyReady } from './passkey-ready.ts'

type ProofFormProps = {
  methods: readonly ProofMethod[]
  /** The server's challenge for a passkey. */
  options: () => Promise<Record<string, unknown>>
  submit: (proof: StepUpInput) => Promise<void>
}

type TypedProps = { method: Exclude<ProofMethod, 'passkey'>; value: string; onChange: (value: string) => void; error: string | undefined }

/** What is typed: a code or the password. */
function Typed({ method, value, onChange, error }: TypedProps) {
  const { t } = useTranslation(['factors', 'access'])
  const change = {
    value,
    error,
    autoFocus: true,
    'data-autofocus': true,
    size: 'md',
    onChange: (event: { currentTarget: { value: string } }) => onChange(event.currentTarget.value),
  } as const
  if (method === 'password') {
    return (
      <PasswordInput
        label={t('proof.password')}
        autoComplete="current-password"
        visibilityToggleButtonProps={{ 'aria-label': t('access:field.showPassword') }}
        {...change}
      />
    )
  }
  if (method === 'recovery') {
    return (
      <TextInput label={t('proof.recovery')} description={t('proof.recoveryHint')} autoComplete="off" autoCapitalize="none" spellCheck={false} {...change} />
    )
  }
  return <TextInput label={t('proof.totp')} description={t('proof.totpHint')} inputMode="numeric" autoComplete="one-time-code" maxLength={7} {...change} />
}

/** Proves who somebody is, in the way they choose; used after the password and before dangerous actions. */
export function ProofForm({ methods, options, submit }: ProofFormProps) {
  const { t } = useTranslation('factors')
  const usable = methods.filter((m) => m !== 'passkey' || passkeyReady())
  const [chosen, setChosen] = useState<ProofMethod | undefined>(usable[0])
  const [value, setValue] = useState('')
  const prove = useMutation({
    mutationFn: async (method: ProofMethod) => {
      if (method === 'passkey') await submit({ method, response: await askPasskey(await options()) })
      else await submit(method === 'password' ? { method, password: value } : { method, code: value })
    },
    onError: () => setValue(''),
  })
  if (chosen === undefined) return null
  const choose = (method: ProofMethod): void => {
    setChosen(method)
    setValue('')
    prove.reset()
  }
  const onSubmit = (event: FormEvent): void => {
    event.preventDefault()
    event.stopPropagation()
    if (chosen === 'passkey' || value.trim() !== '') prove.mutate(chosen)
  }
  const wrong = fieldErrors(prove.error).password
  const typed = chosen === 'passkey' ? null : chosen
  return (
    <form noValidate onSubmit={onSubmit}>
      <Stack gap="md">
        <FormError error={wrong === undefined ? prove.error : null} />
        {typed === null ? (
          <Text size="sm" c="dimmed">
            {t('proof.passkeyText')}
          </Text>
        ) : (
          <Typed key={typed} method={typed} value={value} onChange={setValue} error={wrong} />
        )}
        <Button type="submit" size="md" fullWidth loading={prove.isPending} leftSection={typed === null ? <Fingerprint size={18} aria-hidden /> : undefined}>
          {typed === null ? t('proof.passkey') : t('proof.confirm')}
        </Button>
        {usable.length > 1 && (
          <Group gap="sm" fz="sm">
            <Text size="sm" c="dimmed">
              {t('proof.other')}:
            </Text>
            {usable
              .filter((m) => m !== chosen)
              .map((m) => (
                <Anchor key={m} component="button" type="button" fz="sm" onClick={() => choose(m)}>
                  {t(`proof.use.${m}`)}
                </Anchor>
              ))}
          </Group>
        )}
      </Stack>
    </form>
  )
}
