import { type Tenant, UpdateTenantInput } from '@atende/contracts/tenants'
import { Button, Group, Stack, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { useCan } from '../../lib/session.ts'
import { Facts } from '../../ui/Facts.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import { useUpdateTenant } from './use-tenant.ts'

export function CompanyForm({ tenant }: { tenant: Tenant }) {
  const { t } = useTranslation(['tenant', 'common'])
  const mayManage = useCan('tenant.manage')
  const update = useUpdateTenant()
  const form = useForm({ initialValues: { name: tenant.name, email: tenant.email }, validate: validateWith(UpdateTenantInput) })
  if (!mayManage) {
    return (
      <Section title={t('account')}>
        <Facts
          facts={[
            [t('name'), tenant.name],
            [t('email'), tenant.email],
            [t('address'), tenant.slug],
          ]}
        />
      </Section>
    )
  }
  const save = (values: typeof form.values): void =>
    update.mutate(values, {
      onSuccess: ({ name, email }) => {
        form.setInitialValues({ name, email })
        form.reset()
        toast(t('saved'))
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    })
  return (
    <Section title={t('account')}>
      <form noValidate onSubmit={form.onSubmit(save)}>
        <Stack gap="md" maw={460}>
          <FormError error={update.error} />
          <TextInput label={t('name')} autoComplete="organization" {...form.getInputProps('name')} />
          <TextInput label={t('email')} description={t('emailHint')} type="email" inputMode="email" autoComplete="email" {...form.getInputProps('email')} />
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
