import { type Channel, CreateChannelInput, TestChannelInput } from '@atende/contracts/channels'
import { Button, Group, PasswordInput, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../../lib/api-error.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { Advanced } from '../../ui/Advanced.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { useCreateChannel, useTestCredentials } from './channel-mutations.ts'
import { TestResult } from './TestResult.tsx'

const EMPTY = { name: '', phoneNumberId: '', wabaId: '', accessToken: '', appSecret: '', graphUrl: '' }
const Secrets = CreateChannelInput.required({ appSecret: true })

/** Without an address of its own the channel talks to Meta. */
function withAddress({ graphUrl, ...values }: typeof EMPTY): Omit<typeof EMPTY, 'graphUrl'> & { graphUrl?: string } {
  return graphUrl.trim() === '' ? values : { ...values, graphUrl: graphUrl.trim() }
}

function useCredentials(onSaved: (channel: Channel) => void) {
  const { t } = useTranslation('channels')
  const own = { phoneNumberId: t('form.digits'), wabaId: t('form.digits'), graphUrl: t('form.graphUrlFormat') }
  const form = useForm({ initialValues: EMPTY, validate: (values) => validateWith(Secrets, own)(withAddress(values)) })
  const test = useTestCredentials()
  const create = useCreateChannel()
  const onError = (error: unknown): void => {
    const taken = isApiError(error) && error.code === 'number_taken'
    form.setErrors({ ...fieldErrors(error), ...(taken ? { phoneNumberId: t('form.taken') } : {}) })
  }
  const runTest = (): void => {
    const { name: _name, appSecret: _secret, ...credentials } = withAddress(form.values)
    const problems = validateWith(TestChannelInput, own)(credentials)
    form.setErrors(problems)
    create.reset()
    if (Object.keys(problems).length === 0) test.mutate(credentials, { onError })
  }
  const save = (values: typeof EMPTY): void => {
    test.reset()
    create.mutate(withAddress(values), { onSuccess: onSaved, onError })
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
        <Advanced title={t('form.advanced')} forced={form.errors.graphUrl !== undefined}>
          <TextInput
            label={t('form.graphUrl')}
            description={t('form.graphUrlHint')}
            placeholder="https://graph.facebook.com"
            type="url"
            {...form.getInputProps('graphUrl')}
          />
        </Advanced>
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
