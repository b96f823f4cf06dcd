import './late-texts.ts'
import { ChangeEmailInput } from '@atende/contracts/accounts'
import { Alert, Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api, NoContent } from '../../lib/api.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { useMe } from '../../lib/session.ts'
import { FormError } from '../../ui/FormError.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Section } from '../../ui/Section.tsx'
import { useEntry } from './use-entry.ts'

const EMPTY = { email: '', currentPassword: '' }

function ChangeForm() {
  const { t } = useTranslation(['account', 'access'])
  const form = useForm({ initialValues: EMPTY, validate: validateWith(ChangeEmailInput) })
  const ask = useMutation({
    mutationFn: (body: typeof EMPTY) => api(NoContent, 'POST', '/api/auth/email', { body }),
    onError: (error) => form.setErrors(fieldErrors(error)),
  })
  if (ask.isSuccess) {
    return (
      <Alert color="sea" variant="light" title={t('email.sentTitle')} role="status">
        {t('email.sentText', { email: form.values.email })}
      </Alert>
    )
  }
  return (
    <form noValidate onSubmit={form.onSubmit((values) => ask.mutate(values))}>
      <Stack gap="md" maw={420}>
        <FormError error={ask.error} />
        <TextInput label={t('email.next')} type="email" inputMode="email" autoComplete="email" {...form.getInputProps('email')} />
        <PasswordInput
          label={t('access:profile.current')}
          autoComplete="current-password"
          visibilityToggleButtonProps={{ 'aria-label': t('access:field.showPassword') }}
          {...form.getInputProps('currentPassword')}
        />
        <Group>
          <Button type="submit" variant="default" loading={ask.isPending} disabled={form.values.email === ''}>
            {t('email.change')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

export function ChangeEmail() {
  const { t } = useTranslation('account')
  const { user } = useMe()
  const mail = useEntry().data?.mail
  return (
    <Section title={t('email.title')} text={t('email.text')}>
      <Stack gap="md">
        <Group gap={8}>
          <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
            {user.email}
          </Text>
          {user.emailConfirmed ? <Pill tone="good">{t('email.confirmed')}</Pill> : mail && <Pill tone="waiting">{t('email.waiting')}</Pill>}
        </Group>
        {mail === false && (
          <Text size="sm" c="dimmed">
            {t('email.noMail')}
          </Text>
        )}
        {mail === true && <ChangeForm />}
      </Stack>
    </Section>
  )
}
