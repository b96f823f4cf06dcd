import { NewcomerRole, SaveSsoInput, type SsoSettings } from '@atende/contracts/sso'
import { Button, Group, PasswordInput, Select, Stack, Switch, Textarea, TextInput } from '@mantine/core'
import { type UseFormReturnType, useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { fieldErrors } from '../../../lib/error-text.ts'
import { validateWith } from '../../../lib/form.ts'
import { FormError } from '../../../ui/FormError.tsx'
import { Section } from '../../../ui/Section.tsx'
import { toast } from '../../../ui/toast.ts'
import { TestProvider } from './TestProvider.tsx'
import { useSaveSso } from './use-sso.ts'

type Values = Omit<SsoSettings, 'domains' | 'newcomerRole' | 'updatedAt'> & { clientSecret: string; domains: string; newcomerRole: string }
type Form = UseFormReturnType<Values>

const EMPTY: Values = {
  label: '',
  issuer: '',
  clientId: '',
  clientSecret: '',
  domains: '',
  newcomerRole: '',
  enabled: true,
  passwordsRefused: false,
}

const valuesOf = (settings: SsoSettings | null): Values =>
  settings === null ? EMPTY : { ...settings, clientSecret: '', domains: settings.domains.join('\n'), newcomerRole: settings.newcomerRole ?? '' }

const inputOf = ({ clientSecret, domains, newcomerRole, label, issuer, clientId, enabled, passwordsRefused }: Values) => ({
  ...{ label, issuer, clientId, enabled, passwordsRefused: enabled && passwordsRefused },
  ...(clientSecret === '' ? {} : { clientSecret }),
  domains: domains.split(/[\s,;]+/).filter(Boolean),
  newcomerRole: NewcomerRole.safeParse(newcomerRole).data ?? null,
})

function ProviderFields({ form, secretKept }: { form: Form; secretKept: boolean }) {
  const { t } = useTranslation('sso')
  return (
    <Section title={t('provider')}>
      <Stack gap="md" maw={520}>
        <TextInput label={t('label')} description={t('labelHint')} {...form.getInputProps('label')} />
        <TextInput label={t('issuer')} description={t('issuerHint')} type="url" inputMode="url" {...form.getInputProps('issuer')} />
        <TextInput label={t('clientId')} autoComplete="off" {...form.getInputProps('clientId')} />
        <PasswordInput
          label={t('clientSecret')}
          description={secretKept ? t('secretKept') : undefined}
          autoComplete="new-password"
          {...form.getInputProps('clientSecret')}
        />
        <TestProvider issuer={form.values.issuer} />
      </Stack>
    </Section>
  )
}

function AccessFields({ form }: { form: Form }) {
  const { t } = useTranslation(['sso', 'common'])
  const roles = NewcomerRole.options.map((role) => ({ value: role, label: t('newcomerRole', { role: t(`common:role.${role}`).toLocaleLowerCase() }) }))
  return (
    <Section title={t('who')}>
      <Stack gap="md" maw={520}>
        <Textarea label={t('domains')} description={t('domainsHint')} autosize minRows={2} maxRows={8} {...form.getInputProps('domains')} />
        <Select
          label={t('newcomers')}
          description={t('newcomersHint')}
          data={[{ value: '', label: t('newcomerNone') }, ...roles]}
          allowDeselect={false}
          {...form.getInputProps('newcomerRole')}
        />
        <Switch label={t('enabled')} {...form.getInputProps('enabled', { type: 'checkbox' })} />
        <Switch
          label={t('passwordsRefused')}
          description={t('passwordsRefusedHint')}
          disabled={!form.values.enabled}
          {...form.getInputProps('passwordsRefused', { type: 'checkbox' })}
        />
      </Stack>
    </Section>
  )
}

export function SsoForm({ settings }: { settings: SsoSettings | null }) {
  const { t } = useTranslation(['sso', 'common'])
  const form = useForm<Values>({ initialValues: valuesOf(settings), validate: (values) => validateWith(SaveSsoInput)(inputOf(values)) })
  const save = useSaveSso()
  const submit = (values: Values): void =>
    save.mutate(inputOf(values), {
      onSuccess: (state) => {
        form.setInitialValues(valuesOf(state.settings))
        form.reset()
        toast(t('saved'))
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    })
  return (
    <form noValidate onSubmit={form.onSubmit(submit)}>
      <ProviderFields form={form} secretKept={settings !== null} />
      <AccessFields form={form} />
      <FormError error={save.error} />
      <Group mb="xl" mt="md">
        <Button type="submit" loading={save.isPending} disabled={!form.isDirty()}>
          {t('common:action.save')}
        </Button>
      </Group>
    </form>
  )
}
