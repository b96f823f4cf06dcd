import { type UpdateUserInput, User } from '@atende/contracts/access'
import { ActionIcon, Menu, Select, Text } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Ellipsis, UserCheck, UserX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { api } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { useCan, useMe } from '../../lib/session.ts'
import { formatRelative } from '../../lib/time.ts'
import { Avatar } from '../../ui/Avatar.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Row } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import classes from './UserRow.module.css'
import { choiceOf, roleKeyOf, useRoleOptions } from './use-roles.ts'

type Change = z.infer<typeof UpdateUserInput>

function useChangeUser(user: User) {
  const { t } = useTranslation(['users', 'common'])
  return useMutation({
    mutationFn: (body: Change) => api(User, 'PATCH', `/api/users/${user.id}`, { body }),
    onSuccess: (saved, change) => {
      queryClient.setQueryData<User[]>(keys.users, (list) => list?.map((one) => (one.id === saved.id ? saved : one)))
      const { name } = saved
      if (change.role ?? change.roleId) toast(t('roleChanged', { name, role: saved.roleName ?? t(`common:role.${saved.role}`).toLocaleLowerCase() }))
      else toast(saved.active ? t('activated', { name }) : t('deactivated', { name }))
    },
    onError: toastError,
  })
}

function RoleSelect({ user, change }: { user: User; change: (change: Change) => void }) {
  const { t } = useTranslation('users')
  const { options } = useRoleOptions()
  return (
    <Select
      size="xs"
      w={172}
      allowDeselect={false}
      aria-label={t('roleOf', { name: user.name })}
      data={options.map(({ value, label }) => ({ value, label }))}
      value={roleKeyOf(user)}
      onChange={(value) => value !== null && change(choiceOf(value))}
    />
  )
}

function UserMenu({ user, change }: { user: User; change: (change: Change) => void }) {
  const { t } = useTranslation('users')
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={t('more', { name: user.name })}>
          <Ellipsis size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {user.active ? (
          <Menu.Item leftSection={<UserX size={16} aria-hidden />} onClick={() => change({ active: false })}>
            {t('deactivate')}
          </Menu.Item>
        ) : (
          <Menu.Item leftSection={<UserCheck size={16} aria-hidden />} onClick={() => change({ active: true })}>
            {t('activate')}
          </Menu.Item>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}

export function UserRow({ user }: { user: User }) {
  const { t } = useTranslation(['users', 'common'])
  const isMe = useMe().user.id === user.id
  const { mayChange } = useRoleOptions()
  const mayManage = useCan('users.manage') && mayChange(user)
  const { mutate: change } = useChangeUser(user)
  const seen = user.lastSeenAt === null ? t('neverSeen') : t('seen', { when: formatRelative(user.lastSeenAt) })
  return (
    <Row>
      <Avatar name={user.name} seed={user.id} size={38} />
      <div className={classes.words} data-off={!user.active || undefined}>
        <div className={classes.name}>
          <span className={classes.text}>{user.name}</span>
          {isMe && <span className={classes.you}>{t('common:you')}</span>}
          {!user.active && <Pill tone="quiet">{t('inactive')}</Pill>}
        </div>
        <Text size="xs" c="dimmed" className={classes.text}>
          {user.email} · {seen}
        </Text>
      </div>
      <div className={classes.actions}>
        {mayManage && user.active && !isMe ? (
          <RoleSelect user={user} change={change} />
        ) : (
          <Text size="sm" c="dimmed">
            {user.roleName ?? t(`common:role.${user.role}`)}
          </Text>
        )}
        {mayManage && !isMe && <UserMenu user={user} change={change} />}
      </div>
    </Row>
  )
}
