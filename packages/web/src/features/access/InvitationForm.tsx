import { AcceptInvitationInput, type InvitationPreview } from '@atende/contracts/access'
import { LoginAnswer, type SecondFactorAsked } from '@atende/contracts/factors'
import { Button, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useRouter } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { z } from 'zod'
import { api } from '../../lib/api.ts'
import { acceptAnswer } from '../../lib/enter.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { FormError } from '../../ui/FormError.tsx'
import { PasswordField } from './PasswordField.tsx'
import { isSsoRequired, SsoRequired } from './SsoEntry.tsx'

type InvitationFormProps = {
  preview: z.infer<typeof InvitationPreview>
  acceptPath: string
  onAsked: (asked: SecondFactorAsked['secondFactor']) => void
}

/** Whoever already has a login keeps their name; the server ignores the one sent. */
const Existing = AcceptInvitationInput.pick({ password: true }).extend({ password: z.string().min(1) })

export function InvitationForm({ preview, acceptPath, onAsked }: InvitationFormProps) {
  const { t } = useTranslation('access')
  const router = useRouter()
  const { existingUser, email } = preview
  const form = useForm({
    initialValues: { name: '', password: '' },
    validate: validateWith(existingUser ? Existing : AcceptInvitationInput),
  })
  const accept = useMutation({
    mutationFn: async (values: { name: string; password: string }) => {
      const name = existingUser ? (email.split('@')[0] ?? email) : values.name
      return acceptAnswer(await api(LoginAnswer, 'POST', acceptPath, { body: { name, password: values.password } }))
    },
    onSuccess: (needed) => (needed === null ? router.history.push('/') : onAsked(needed)),
    onError: (error) => form.setErrors(fieldErrors(error)),
  })
  return (
    <form noValidate onSubmit={form.onSubmit((values) => accept.mutate(values))}>
      <Stack gap="md">
        {isSsoRequired(accept.error) ? <SsoRequired error={accept.error} returnTo="/" /> : <FormError error={accept.error} />}
        <Text size="sm" c="dimmed">
          {existingUser ? t('invitation.existing') : t('invitation.newUser')}
        </Text>
        <TextInput label={t('field.email')} value={email} readOnly autoComplete="username" size="md" variant="filled" />
        {!existingUser && <TextInput label={t('field.name')} autoComplete="name" autoFocus size="md" {...form.getInputProps('name')} />}
        {existingUser ? (
          <PasswordInput
            label={t('invitation.yourPassword')}
            autoComplete="current-password"
            autoFocus
            size="md"
            visibilityToggleButtonProps={{ 'aria-label': t('field.showPassword') }}
            {...form.getInputProps('password')}
          />
        ) : (
          <PasswordField label={t('field.newPassword')} size="md" ownWords={[form.values.name, email]} {...form.getInputProps('password')} />
        )}
        <Button type="submit" size="md" fullWidth mt={4} loading={accept.isPending}>
          {t('invitation.submit')}
        </Button>
      </Stack>
    </form>
  )
}
