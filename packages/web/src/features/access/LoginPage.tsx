import './late-texts.ts'
import { LoginInput } from '@atende/contracts/access'
import type { SecondFactorAsked } from '@atende/contracts/factors'
import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { login } from '../../lib/enter.ts'
import { validateWith } from '../../lib/form.ts'
import { safeReturn } from '../../lib/return-path.ts'
import { FormError } from '../../ui/FormError.tsx'
import { EntryFrame } from './EntryFrame.tsx'
import { askedByLink } from './factors/asked-by-link.ts'
import { PasskeyLogin } from './factors/PasskeyLogin.tsx'
import { passkeyReady } from './factors/passkey-ready.ts'

const SecondStep = lazy(() => import('./factors/SecondStep.tsx').then((m) => ({ default: m.SecondStep })))

import { isSsoRequired, SsoEntry, SsoRequired } from './SsoEntry.tsx'
import { SsoProblemNotice } from './SsoProblemNotice.tsx'

export function LoginPage() {
  const { t } = useTranslation(['access', 'account'])
  const router = useRouter()
  const { voltar, motivo, empresa, erro } = useSearch({ from: '/entrar' })
  const [asked, setAsked] = useState<SecondFactorAsked['secondFactor'] | null>(askedByLink)
  const goIn = (): void => router.history.push(safeReturn(voltar))
  const form = useForm({ initialValues: { email: '', password: '' }, validate: validateWith(LoginInput) })
  const enter = useMutation({
    mutationFn: login,
    onSuccess: (needed) => (needed === null ? goIn() : setAsked(needed)),
    onError: () => form.setFieldValue('password', ''),
  })
  if (asked !== null) {
    const again = (): void => {
      setAsked(null)
      form.reset()
    }
    return (
      <Suspense>
        <SecondStep asked={asked} onIn={goIn} onAgain={again} />
      </Suspense>
    )
  }
  return (
    <EntryFrame
      title={t('login.title')}
      text={t('login.text')}
      foot={
        <>
          {t('login.noAccount')}{' '}
          <Anchor component={Link} to="/criar-conta" fw={550} fz="inherit">
            {t('login.create')}
          </Anchor>
        </>
      }
    >
      <form noValidate onSubmit={form.onSubmit((values) => enter.mutate(values))}>
        <Stack gap="md">
          {(motivo === 'expired' || motivo === 'ended') && enter.error === null && (
            <Alert color="amber" variant="light" role="status">
              {t(`login.${motivo}`)}
            </Alert>
          )}
          {enter.error === null && <SsoProblemNotice code={erro} />}
          {isSsoRequired(enter.error) ? <SsoRequired error={enter.error} returnTo={safeReturn(voltar)} /> : <FormError error={enter.error} />}
          <TextInput label={t('field.email')} type="email" autoComplete="username" inputMode="email" autoFocus size="md" {...form.getInputProps('email')} />
          <PasswordInput
            label={t('field.password')}
            autoComplete="current-password"
            size="md"
            visibilityToggleButtonProps={{ 'aria-label': t('field.showPassword') }}
            {...form.getInputProps('password')}
          />
          <Button type="submit" size="md" fullWidth mt={4} loading={enter.isPending}>
            {t('login.submit')}
          </Button>
          {passkeyReady() && <PasskeyLogin onIn={goIn} />}
          <Anchor component={Link} to="/esqueci-a-senha" size="sm">
            {t('account:forgot.link')}
          </Anchor>
        </Stack>
      </form>
      <SsoEntry company={empresa} returnTo={safeReturn(voltar)} />
    </EntryFrame>
  )
}
