import { Login, RegisterInput } from '@atende/contracts/access'
import { Anchor, Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link, useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { acceptLogin } from '../../lib/session.ts'
import { FormError } from '../../ui/FormError.tsx'
import { EntryFrame } from './EntryFrame.tsx'
import { PasswordField } from './PasswordField.tsx'

const EMPTY = { companyName: '', name: '', email: '', password: '' }

function useRegister() {
  const { t } = useTranslation('access')
  const navigate = useNavigate()
  const form = useForm({ initialValues: EMPTY, validate: validateWith(RegisterInput) })
  const register = useMutation({
    mutationFn: async (values: typeof EMPTY) => acceptLogin(await api(Login, 'POST', '/api/auth/register', { body: values })),
    onSuccess: () => navigate({ to: '/comecar' }),
    onError: (error) => form.setErrors({ ...fieldErrors(error), ...(isTaken(error) ? { email: t('register.taken') } : {}) }),
  })
  return { form, register }
}

const isTaken = (error: unknown): boolean => isApiError(error) && error.code === 'email_taken'

export function RegisterPage() {
  const { t } = useTranslation('access')
  const { form, register } = useRegister()
  const { companyName, name, email } = form.values
  return (
    <EntryFrame
      title={t('register.title')}
      text={t('register.text')}
      foot={
        <>
          {t('register.haveAccount')}{' '}
          <Anchor component={Link} to="/entrar" fw={550} fz="inherit">
            {t('register.enter')}
          </Anchor>
        </>
      }
    >
      <form noValidate onSubmit={form.onSubmit((values) => register.mutate(values))}>
        <Stack gap="md">
          <FormError error={register.error} />
          <TextInput label={t('field.company')} autoComplete="organization" autoFocus size="md" {...form.getInputProps('companyName')} />
          <TextInput label={t('field.name')} autoComplete="name" size="md" {...form.getInputProps('name')} />
          <TextInput label={t('field.email')} type="email" autoComplete="username" inputMode="email" size="md" {...form.getInputProps('email')} />
          <PasswordField label={t('field.newPassword')} size="md" ownWords={[companyName, name, email]} {...form.getInputProps('password')} />
          <Button type="submit" size="md" fullWidth mt={4} loading={register.isPending}>
            {t('register.submit')}
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  )
}
