import './late-texts.ts'
import type { Permission } from '@atende/contracts/access'
import { Checkbox, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../lib/session.ts'
import { PERMISSION_GROUPS, toggle } from './permission-groups.ts'
import classes from './Roles.module.css'

type ChecksProps = { held: readonly Permission[]; onChange: (held: Permission[]) => void; without?: readonly Permission[] }

/** Every permission in words, by subject; what one does not have oneself cannot be given. */
export function PermissionChecks({ held, onChange, without = [] }: ChecksProps) {
  const { t } = useTranslation('roles')
  const { permissions } = useMe().user
  const groups = PERMISSION_GROUPS.map(([group, list]) => [group, list.filter((p) => !without.includes(p))] as const).filter(([, list]) => list.length > 0)
  return (
    <div className={classes.checks}>
      {groups.map(([group, list]) => (
        <fieldset key={group} className={classes.group}>
          <legend className={classes.legend}>{t(`group.${group}`)}</legend>
          <Stack gap={8}>
            {list.map((p) => (
              <Checkbox
                key={p}
                size="sm"
                label={t(`permission.${p}`)}
                checked={held.includes(p)}
                disabled={!permissions.includes(p)}
                onChange={() => onChange(toggle(held, p).filter((one) => permissions.includes(one)))}
              />
            ))}
          </Stack>
        </fieldset>
      ))}
      {groups.some(([, list]) => list.some((p) => !permissions.includes(p))) && (
        <Text size="xs" c="dimmed">
          {t('notYours')}
        </Text>
      )}
    </div>
  )
}
