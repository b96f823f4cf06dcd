import './late-texts.ts'
import { LoginInput } from '@atende/contracts/access'
import { Alert, Anchor, Button, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useRouter, useSearch } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { validateWith } from '../../lib/form.ts'
import { safeReturn } from '../../lib/return-path.ts'
import { login } from '../../lib/session.ts'
import { FormError } from '../../ui/FormError.tsx'
import { EntryFrame } from './EntryFrame.tsx'
import { isSsoRequired, SsoEntry, SsoRequired } from './SsoEntry.tsx'
import { SsoProblemNotice } from './SsoProblemNotice.tsx'

export function LoginPage() {
  const { t } = useTranslation(['access', 'account'])
  const router = useRouter()
  const { voltar, motivo, empresa, erro } = useSearch({ from: '/entrar' })
  const form = useForm({ initialValues: { email: '', password: '' }, validate: validateWith(LoginInput) })
  const enter = useMutation({
    mutationFn: login,
    onSuccess: () => router.history.push(safeReturn(voltar)),
    onError: () => form.setFieldValue('password', ''),
  })
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
          <Anchor component={Link} to="/esqueci-a-senha" size="sm">
            {t('account:forgot.link')}
          </Anchor>
        </Stack>
      </form>
      <SsoEntry company={empresa} returnTo={safeReturn(voltar)} />
    </EntryFrame>
  )
}
