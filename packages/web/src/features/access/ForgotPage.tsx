import './late-texts.ts'
import { ForgotInput } from '@atende/contracts/accounts'
import { Alert, Anchor, Button, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, NoContent } from '../../lib/api.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { FormError } from '../../ui/FormError.tsx'
import { EntryFrame } from './EntryFrame.tsx'
import { useEntry } from './use-entry.ts'

function ToLogin() {
  const { t } = useTranslation('account')
  return (
    <Anchor component={Link} to="/entrar" fw={550} fz="inherit">
      {t('forgot.back')}
    </Anchor>
  )
}

export function ForgotPage() {
  const { t } = useTranslation(['account', 'access'])
  const entry = useEntry()
  const form = useForm({ initialValues: { email: '' }, validate: validateWith(ForgotInput) })
  const ask = useMutation({
    mutationFn: (body: { email: string }) => api(NoContent, 'POST', '/api/auth/forgot-password', { body }),
    onError: (error) => form.setErrors(fieldErrors(error)),
  })
  if (ask.isSuccess) {
    return (
      <EntryFrame title={t('forgot.sentTitle')} text={t('forgot.sentText', { email: form.values.email })} foot={<ToLogin />}>
        <Button variant="default" size="md" onClick={ask.reset}>
          {t('forgot.again')}
        </Button>
      </EntryFrame>
    )
  }
  const noMail = entry.data?.mail === false
  return (
    <EntryFrame title={t('forgot.title')} text={t('forgot.text')} foot={<ToLogin />}>
      <form noValidate onSubmit={form.onSubmit((values) => ask.mutate(values))}>
        <Stack gap="md">
          {noMail && (
            <Alert color="amber" variant="light" role="status">
              {t('forgot.noMail')}
            </Alert>
          )}
          <FormError error={ask.error} />
          <TextInput
            label={t('access:field.email')}
            type="email"
            autoComplete="username"
            inputMode="email"
            autoFocus
            size="md"
            {...form.getInputProps('email')}
          />
          <Button type="submit" size="md" fullWidth loading={ask.isPending} disabled={noMail}>
            {t('forgot.submit')}
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  )
}
