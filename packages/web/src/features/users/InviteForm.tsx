import { InviteInput, TenantRole } from '@atende/contracts/access'
import { Button, Group, Radio, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { isApiError } from '../../lib/api-error.ts'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { CopyField } from '../../ui/CopyField.tsx'
import { FormError } from '../../ui/FormError.tsx'
import classes from './InviteForm.module.css'
import { useInvite } from './use-invitations.ts'
import { choiceOf, useRoleOptions } from './use-roles.ts'

// Most invitations are for attendants, so they come first.
const ORDER = ['ATTENDANT', 'SUPERVISOR', 'ADMIN', 'DPO', 'OWNER']
const rankOf = (value: string): number => (ORDER.includes(value) ? ORDER.indexOf(value) : ORDER.length)
const EMPTY = { email: '', role: 'ATTENDANT' }
const bodyOf = ({ email, role }: typeof EMPTY): z.input<typeof InviteInput> => ({ email, ...choiceOf(role) })

function RoleChoice({ value, onChange }: { value: string; onChange: (role: string) => void }) {
  const { t } = useTranslation(['users', 'common'])
  const { options } = useRoleOptions()
  return (
    <Radio.Group label={t('role')} value={value} onChange={onChange}>
      <div className={classes.roles}>
        {options
          .toSorted((a, b) => rankOf(a.value) - rankOf(b.value))
          .map(({ value: role, label, own }) => (
            <Radio.Card key={role} value={role} className={classes.role}>
              <Radio.Indicator size="xs" />
              <span>
                <span className={classes.name}>{label}</span>
                {!own && <span className={classes.hint}>{t(`common:roleHint.${TenantRole.parse(role)}`)}</span>}
              </span>
            </Radio.Card>
          ))}
      </div>
    </Radio.Group>
  )
}

/** Makes an invitation and shows its link, once. Also used on the first run. */
export function InviteForm({ onDone, doneLabel }: { onDone: () => void; doneLabel?: string }) {
  const { t } = useTranslation('users')
  const form = useForm({ initialValues: EMPTY, validate: (values) => validateWith(InviteInput)(bodyOf(values)) })
  const invite = useInvite()
  const again = (): void => {
    form.reset()
    invite.reset()
  }
  if (invite.data !== undefined) {
    return (
      <Stack gap="md">
        <Text size="sm">{t(invite.data.mailed ? 'readyMailed' : 'ready', { email: invite.data.email })}</Text>
        <CopyField label={t('link')} value={invite.data.link} />
        <Group justify="flex-end">
          <Button variant="default" onClick={again}>
            {t('another')}
          </Button>
          <Button onClick={onDone}>{doneLabel ?? t('done')}</Button>
        </Group>
      </Stack>
    )
  }
  const onError = (error: unknown): void => {
    const already = isApiError(error) && ['already_exists', 'email_taken'].includes(error.code)
    form.setErrors(already ? { email: t('already') } : fieldErrors(error))
  }
  return (
    <form noValidate onSubmit={form.onSubmit((values) => invite.mutate(bodyOf(values), { onError }))}>
      <Stack gap="md">
        <FormError error={invite.error} />
        <TextInput label={t('email')} type="email" inputMode="email" autoComplete="off" data-autofocus {...form.getInputProps('email')} />
        <RoleChoice value={form.values.role} onChange={(role) => form.setFieldValue('role', role)} />
        <Group justify="flex-end">
          <Button type="submit" loading={invite.isPending}>
            {t('send')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}
