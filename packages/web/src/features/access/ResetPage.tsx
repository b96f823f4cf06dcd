import './late-texts.ts'
import { ResetInput } from '@atende/contracts/accounts'
import { Button, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api, NoContent } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { FormError } from '../../ui/FormError.tsx'
import { EntryFrame } from './EntryFrame.tsx'
import { PasswordField } from './PasswordField.tsx'
import { useLinkSecret } from './use-link-secret.ts'

const isGone = (error: unknown): boolean => isApiError(error) && error.code === 'link_invalid'

function Gone() {
  const { t } = useTranslation('account')
  return (
    <EntryFrame title={t('reset.invalidTitle')} text={t('reset.invalidText')}>
      <Button component={Link} to="/esqueci-a-senha" size="md">
        {t('reset.askAgain')}
      </Button>
    </EntryFrame>
  )
}

function Done() {
  const { t } = useTranslation('account')
  return (
    <EntryFrame title={t('reset.doneTitle')} text={t('reset.doneText')}>
      <Button component={Link} to="/entrar" size="md">
        {t('reset.toLogin')}
      </Button>
    </EntryFrame>
  )
}

export function ResetPage() {
  const { t } = useTranslation('account')
  const token = useLinkSecret()
  const form = useForm({ initialValues: { password: '' }, validate: validateWith(ResetInput.pick({ password: true })) })
  const reset = useMutation({
    mutationFn: (values: { password: string }) => api(NoContent, 'POST', '/api/auth/reset-password', { body: { token, ...values } }),
    onError: (error) => form.setErrors(fieldErrors(error)),
  })
  if (token === '' || isGone(reset.error)) return <Gone />
  if (reset.isSuccess) return <Done />
  return (
    <EntryFrame title={t('reset.title')} text={t('reset.text')}>
      <form noValidate onSubmit={form.onSubmit((values) => reset.mutate(values))}>
        <Stack gap="md">
          <FormError error={reset.error} />
          <PasswordField label={t('reset.field')} size="md" autoFocus {...form.getInputProps('password')} />
          <Button type="submit" size="md" fullWidth loading={reset.isPending}>
            {t('reset.submit')}
          </Button>
        </Stack>
      </form>
    </EntryFrame>
  )
}
