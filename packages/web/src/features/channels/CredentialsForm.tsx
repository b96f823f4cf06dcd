import { type Channel, CreateChannelInput, TestChannelInput } from '@atende/contracts/channels'
import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../../lib/api-error.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith, withoutBlanks } from '../../lib/form.ts'
import { FormError } from '../../ui/FormError.tsx'
import { useCreateChannel, useTestCredentials } from './channel-mutations.ts'
import { TestResult } from './TestResult.tsx'

const EMPTY = { name: '', phoneNumberId: '', wabaId: '', accessToken: '', appSecret: '' }
const Secrets = CreateChannelInput.required({ appSecret: true })

function useCredentials(onSaved: (channel: Channel) => void) {
  const { t } = useTranslation('channels')
  const digits = { phoneNumberId: t('form.digits'), wabaId: t('form.digits') }
  const form = useForm({ initialValues: EMPTY, validate: validateWith(Secrets, digits) })
  const test = useTestCredentials()
  const create = useCreateChannel()
  const onError = (error: unknown): void => {
    const taken = isApiError(error) && error.code === 'number_taken'
    form.setErrors({ ...fieldErrors(error), ...(taken ? { phoneNumberId: t('form.taken') } : {}) })
  }
  const runTest = (): void => {
    const { phoneNumberId, wabaId, accessToken } = form.values
    const credentials = { phoneNumberId, wabaId, accessToken }
    const problems = validateWith(TestChannelInput, digits)(credentials)
    form.setErrors(problems)
    create.reset()
    if (Object.keys(problems).length === 0) test.mutate(credentials, { onError })
  }
  const save = (values: typeof EMPTY): void => {
    test.reset()
    create.mutate({ ...values, ...withoutBlanks(values) }, { onSuccess: onSaved, onError })
  }
  return { form, test, create, runTest, save }
}

export function CredentialsForm({ onSaved, onBack }: { onSaved: (channel: Channel) => void; onBack: () => void }) {
  const { t } = useTranslation('channels')
  const { form, test, create, runTest, save } = useCredentials(onSaved)
  return (
    <form noValidate autoComplete="off" onSubmit={form.onSubmit(save)}>
      <Stack gap="md">
        <TextInput label={t('form.name')} description={t('form.nameHint')} data-autofocus {...form.getInputProps('name')} />
        <TextInput label={t('form.phoneNumberId')} description={t('form.phoneNumberIdHint')} inputMode="numeric" {...form.getInputProps('phoneNumberId')} />
        <TextInput label={t('form.wabaId')} description={t('form.wabaIdHint')} inputMode="numeric" {...form.getInputProps('wabaId')} />
        <PasswordInput
          label={t('form.accessToken')}
          description={t('form.accessTokenHint')}
          autoComplete="new-password"
          {...form.getInputProps('accessToken')}
        />
        <PasswordInput label={t('form.appSecret')} description={t('form.appSecretHint')} autoComplete="new-password" {...form.getInputProps('appSecret')} />
        <Text size="xs" c="dimmed">
          {t('form.kept')}
        </Text>
        <FormError error={create.error ?? test.error} />
        {test.data !== undefined && <TestResult result={test.data} />}
        <Group justify="space-between">
          <Button variant="subtle" color="gray" onClick={onBack}>
            {t('connect.back')}
          </Button>
          <Group gap="xs">
            <Button variant="default" onClick={runTest} loading={test.isPending}>
              {t('form.test')}
            </Button>
            <Button type="submit" loading={create.isPending}>
              {t('form.save')}
            </Button>
          </Group>
        </Group>
      </Stack>
    </form>
  )
}
