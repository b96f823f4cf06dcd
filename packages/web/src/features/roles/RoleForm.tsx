import { CreateRoleInput } from '@atende/contracts/roles'
import { Button, Group, Stack, Text, TextInput } from '@mantine/core'
import { useForm } from '@mantine/form'
import { useTranslation } from 'react-i18next'
import { fieldErrors } from '../../lib/error-text.ts'
import { validateWith } from '../../lib/form.ts'
import { Dialog } from '../../ui/Dialog.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { toast } from '../../ui/toast.ts'
import { PermissionChecks } from './PermissionChecks.tsx'
import { type Draft, useSaveRole } from './role-changes.ts'

/** A new role, a copy, or one that is changed. */
export function RoleForm({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const { t } = useTranslation(['roles', 'common'])
  const save = useSaveRole()
  const form = useForm({ initialValues: draft, validate: validateWith(CreateRoleInput) })
  const submit = (values: Draft): void =>
    save.mutate(values, {
      onSuccess: ({ name }) => {
        toast(draft.id === null ? t('created', { name }) : t('saved', { name }))
        onClose()
      },
      onError: (error) => form.setErrors(fieldErrors(error)),
    })
  return (
    <Dialog title={draft.id === null ? t('newTitle') : t('editTitle', { name: draft.name })} size={680} onClose={onClose}>
      <form noValidate onSubmit={form.onSubmit(submit)}>
        <Stack gap="md">
          <FormError error={save.error} />
          <TextInput label={t('name')} placeholder={t('namePlaceholder')} maxLength={60} data-autofocus {...form.getInputProps('name')} />
          <Text size="sm" fw={550}>
            {t('may')}
          </Text>
          <PermissionChecks held={form.values.permissions} onChange={(held) => form.setFieldValue('permissions', held)} />
          <Group justify="flex-end" gap="xs">
            <Button variant="default" onClick={onClose}>
              {t('common:action.cancel')}
            </Button>
            <Button type="submit" loading={save.isPending}>
              {draft.id === null ? t('create') : t('common:action.save')}
            </Button>
          </Group>
        </Stack>
      </form>
    </Dialog>
  )
}
