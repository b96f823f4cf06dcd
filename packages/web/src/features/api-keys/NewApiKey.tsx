import './late-texts.ts'
import { NOT_FOR_KEYS, type Permission } from '@atende/contracts/access'
import { CreateApiKeyInput, KEY_DAYS, KEY_DAYS_MAX } from '@atende/contracts/api-keys'
import { Alert, Button, Code, Group, Input, Select, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { CopyField } from '../../ui/CopyField.tsx'
import { Dialog } from '../../ui/Dialog.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { PermissionChecks } from '../roles/PermissionChecks.tsx'
import { useCreateApiKey } from './use-api-keys.ts'

const DAYS = [7, 30, KEY_DAYS]
const NEVER = 'never'
type Values = { name: string; days: string; scopes: Permission[] }
const EMPTY: Values = { name: '', days: String(KEY_DAYS), scopes: [] }
const bodyOf = ({ days, ...rest }: Values) => ({ ...rest, days: days === NEVER ? null : Number(days) })

function Ready({ secret, onClose }: { secret: string; onClose: () => void }) {
  const { t } = useTranslation('apiKeys')
  return (
    <Stack gap="md">
      <Text size="sm">{t('ready')}</Text>
      <CopyField label={t('key')} value={secret} />
      <div>
        <Text size="sm" fw={550} mb={6}>
          {t('use')}
        </Text>
        <Code block>{`curl -H "Authorization: Bearer $ATENDE_KEY" ${window.location.origin}/api/contacts`}</Code>
      </div>
      <Group justify="flex-end">
        <Button onClick={onClose}>{t('done')}</Button>
      </Group>
    </Stack>
  )
}

function KeyForm({ create, onClose }: { create: ReturnType<typeof useCreateApiKey>; onClose: () => void }) {
  const { t } = useTranslation(['apiKeys', 'common'])
  const form = useForm<Values>({
    initialValues: EMPTY,
    validate: (values) => validateWith(CreateApiKeyInput, { scopes: t('scopesMissing') })(bodyOf(values)),
  })
  const days = [
    ...DAYS.map((count) => ({ value: String(count), label: t('daysOf', { count }) })),
    { value: String(KEY_DAYS_MAX), label: t('year') },
    { value: NEVER, label: t('never') },
  ]
  return (
    <form noValidate onSubmit={form.onSubmit((values) => create.mutate(bodyOf(values), { onError: (error) => form.setErrors(fieldErrors(error)) }))}>
      <Stack gap="md">
        <FormError error={create.error} />
        <TextInput label={t('name')} placeholder={t('namePlaceholder')} maxLength={80} data-autofocus {...form.getInputProps('name')} />
        <Select label={t('days')} allowDeselect={false} maw={260} data={days} {...form.getInputProps('days')} />
        {form.values.days === NEVER && (
          <Alert color="amber" icon={<TriangleAlert size={18} aria-hidden />}>
            {t('neverHint')}
          </Alert>
        )}
        <Text size="sm" fw={550}>
          {t('scopes')}
        </Text>
        <PermissionChecks held={form.values.scopes} without={NOT_FOR_KEYS} onChange={(scopes) => form.setFieldValue('scopes', scopes)} />
        {form.errors.scopes !== undefined && <Input.Error>{form.errors.scopes}</Input.Error>}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button type="submit" loading={create.isPending}>
            {t('create')}
          </Button>
        </Group>
      </Stack>
    </form>
  )
}

/** Makes a key and shows it, once. */
export function NewApiKey({ onClose }: { onClose: () => void }) {
  const { t } = useTranslation('apiKeys')
  const create = useCreateApiKey()
  return (
    <Dialog title={create.data ? t('readyTitle') : t('newTitle')} size={680} onClose={onClose}>
      {create.data ? <Ready secret={create.data.key} onClose={onClose} /> : <KeyForm create={create} onClose={onClose} />}
    </Dialog>
  )
}
