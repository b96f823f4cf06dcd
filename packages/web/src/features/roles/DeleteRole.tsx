import type { CustomRole } from '@atende/contracts/roles'
import { Button, Group, Select, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../ui/Dialog.tsx'
import { FormError } from '../../ui/FormError.tsx'
import { toast } from '../../ui/toast.ts'
import { choiceOf, useRoleOptions } from '../users/use-roles.ts'
import { useDeleteRole } from './role-changes.ts'

/** Whoever has it must go somewhere. */
export function DeleteRole({ role, onClose }: { role: CustomRole; onClose: () => void }) {
  const { t } = useTranslation(['roles', 'common'])
  const { options } = useRoleOptions()
  const remove = useDeleteRole()
  const inUse = role.members + role.invitations > 0
  const [target, setTarget] = useState<string>('ATTENDANT')
  const choices = options.filter((one) => one.value !== role.id)
  const chosen = choices.some((one) => one.value === target) ? target : (choices[0]?.value ?? null)
  const confirm = (): void =>
    remove.mutate(
      // Also when nobody is active in it: somebody deactivated may have it.
      { id: role.id, moveTo: chosen === null ? {} : choiceOf(chosen) },
      {
        onSuccess: () => {
          toast(t('removed', { name: role.name }))
          onClose()
        },
      },
    )
  return (
    <Dialog title={t('removeTitle', { name: role.name })} size={440} onClose={onClose}>
      <Stack gap="md">
        <FormError error={remove.error} />
        <Text size="sm">{inUse ? t('removeInUse') : t('removeText')}</Text>
        {inUse && (
          <Select
            label={t('moveTo')}
            allowDeselect={false}
            data={choices.map(({ value, label }) => ({ value, label }))}
            value={chosen}
            onChange={(value) => value !== null && setTarget(value)}
          />
        )}
        <Group justify="flex-end" gap="xs">
          <Button variant="default" onClick={onClose}>
            {t('common:action.cancel')}
          </Button>
          <Button color="red" loading={remove.isPending} onClick={confirm}>
            {t('remove')}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  )
}
