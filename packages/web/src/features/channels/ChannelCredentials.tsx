import { type Channel, UpdateChannelInput } from '@atende/contracts/channels'
import { Button, Group, PasswordInput, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith, withoutBlanks } from '../../lib/form.ts'
import { FormError } from '../../ui/FormError.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import { useUpdateChannel } from './channel-mutations.ts'

export function ChannelCredentials({ channel }: { channel: Channel }) {
  const { t } = useTranslation(['channels', 'common'])
  const update = useUpdateChannel(channel.id)
  const form = useForm({
    initialValues: { name: channel.name, accessToken: '', appSecret: '' },
    validate: (values) => {
      const { name, ...secrets } = values
      return validateWith(UpdateChannelInput)({ name, ...withoutBlanks(secrets) })
    },
  })
  const save = (values: typeof form.values): void =>
    update.mutate(withoutBlanks(values), {
      onSuccess: (saved) => {
        form.setInitialValues({ name: saved.name, accessToken: '', appSecret: '' })
        form.reset()
        toast(t('page.saved'))
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    })
  const secret = { placeholder: t('page.keptHidden'), autoComplete: 'new-password' }
  return (
    <Section title={t('page.credentials')} text={t('page.credentialsText')}>
      <form noValidate autoComplete="off" onSubmit={form.onSubmit(save)}>
        <Stack gap="md" maw={460}>
          <FormError error={update.error} />
          <TextInput label={t('form.name')} {...form.getInputProps('name')} />
          <PasswordInput label={t('page.replaceToken')} {...secret} {...form.getInputProps('accessToken')} />
          <PasswordInput label={t('page.replaceSecret')} {...secret} {...form.getInputProps('appSecret')} />
          <Group>
            <Button type="submit" loading={update.isPending} disabled={!form.isDirty()}>
              {t('common:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Section>
  )
}
