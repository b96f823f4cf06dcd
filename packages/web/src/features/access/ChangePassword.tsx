import { Me } from '@atende/contracts/access'
import { Password } from '@atende/contracts/common'
import { Button, Group, PasswordInput, Stack } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { useMe } from '../../lib/session.ts'
import { FormError } from '../../ui/FormError.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import { PasswordField } from './PasswordField.tsx'

const EMPTY = { currentPassword: '', newPassword: '' }
const Both = z.object({ currentPassword: z.string().min(1), newPassword: Password })

function useChangePassword() {
  const { t } = useTranslation('access')
  const form = useForm({ initialValues: EMPTY, validate: validateWith(Both) })
  const change = useMutation({
    mutationFn: async (body: typeof EMPTY) => {
      // The current password is a proof of who is there: nobody has to type it twice.
      await api(NoContent, 'POST', '/api/auth/step-up', { body: { method: 'password', password: body.currentPassword } })
      return api(Me, 'PATCH', '/api/auth/me', { body })
    },
    onSuccess: () => {
      form.reset()
      void queryClient.invalidateQueries({ queryKey: keys.sessions })
      toast(t('profile.changed'))
    },
    onError: (error) => form.setErrors(isWrong(error) ? { currentPassword: t('profile.wrongPassword') } : fieldErrors(error)),
  })
  return { form, change }
}

const isWrong = (error: unknown): boolean => isApiError(error) && error.errors.some((e) => e.code === 'wrong_password')

export function ChangePassword() {
  const { t } = useTranslation('access')
  const { user } = useMe()
  const { form, change } = useChangePassword()
  return (
    <Section title={t('profile.password')} text={t('profile.passwordText')}>
      <form noValidate onSubmit={form.onSubmit((values) => change.mutate(values))}>
        <Stack gap="md" maw={420}>
          <FormError error={isWrong(change.error) ? null : change.error} />
          <input type="hidden" autoComplete="username" value={user.email} readOnly />
          <PasswordInput
            label={t('profile.current')}
            autoComplete="current-password"
            visibilityToggleButtonProps={{ 'aria-label': t('field.showPassword') }}
            {...form.getInputProps('currentPassword')}
          />
          <PasswordField label={t('profile.next')} ownWords={[user.name, user.email]} {...form.getInputProps('newPassword')} />
          <Group>
            <Button type="submit" variant="default" loading={change.isPending} disabled={form.values.newPassword === ''}>
              {t('profile.change')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
