import { Me, UpdateMeInput } from '@atende/contracts/access'
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useMutation } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { useMe } from '../../lib/session.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'

export function AboutYou() {
  const { t } = useTranslation(['access', 'common'])
  const { user } = useMe()
  const form = useForm({ initialValues: { name: user.name }, validate: validateWith(UpdateMeInput) })
  const save = useMutation({
    mutationFn: (values: { name: string }) => api(Me, 'PATCH', '/api/auth/me', { body: values }),
    onSuccess: (me) => {
      queryClient.setQueryData(keys.me, me)
      form.resetDirty({ name: me.user.name })
      toast(t('profile.saved'))
    },
    onError: (error) => form.setErrors(fieldErrors(error)),
  })
  return (
    <Section title={t('profile.you')}>
      <form noValidate onSubmit={form.onSubmit((values) => save.mutate(values))}>
        <Stack gap="md">
          <FormError error={save.error} />
          <Group gap="md" wrap="nowrap">
            <Avatar name={form.values.name || user.name} seed={user.id} size={52} />
            <div style={{ minWidth: 0 }}>
              <Text size="sm" style={{ overflowWrap: 'anywhere' }}>
                {user.email}
              </Text>
              <Text size="xs" c="dimmed">
                {user.roleName ?? t(`common:role.${user.role}`)}
              </Text>
            </div>
          </Group>
          <TextInput label={t('profile.name')} description={t('profile.nameHint')} autoComplete="name" maw={420} {...form.getInputProps('name')} />
          <Group>
            <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
              {t('common:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
