import './late-texts.ts'
import { mayGive } from '@atende/contracts/access'
import type { CustomRole, Roles } from '@atende/contracts/roles'
import { Button, Group } from '@mantine/core'
import { Copy, Pencil, ShieldCheck, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '../../lib/session.ts'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { useRoles } from '../users/use-roles.ts'
import { DeleteRole } from './DeleteRole.tsx'
import { RoleForm } from './RoleForm.tsx'
import { RoleMatrix } from './RoleMatrix.tsx'
import classes from './Roles.module.css'
import type { Draft } from './role-changes.ts'
import { SightSection } from './SightSection.tsx'

type Acts = { onDraft: (draft: Draft) => void; onDelete: (role: CustomRole) => void }

function Duplicate({ name, permissions, onDraft }: Pick<Draft, 'name' | 'permissions'> & Pick<Acts, 'onDraft'>) {
  const { t } = useTranslation('roles')
  const mine = useMe().user.permissions
  const copy: Draft = { id: null, name: t('copyName', { name }).slice(0, 60), permissions: permissions.filter((p) => mine.includes(p)) }
  return (
    <Button variant="default" size="xs" leftSection={<Copy size={14} aria-hidden />} aria-label={t('duplicateOf', { name })} onClick={() => onDraft(copy)}>
      {t('duplicate')}
    </Button>
  )
}

function CustomRow({ role, onDraft, onDelete }: Acts & { role: CustomRole }) {
  const { t } = useTranslation('roles')
  const mayChange = mayGive(useMe().user, { role: 'CUSTOM', permissions: role.permissions })
  const facts: string[] = [t('count', { count: role.permissions.length }), t('members', { count: role.members })]
  if (role.invitations > 0) facts.push(t('invitations', { count: role.invitations }))
  const { id, name, permissions } = role
  return (
    <Row>
      <div className={classes.stacked}>
        <div className={classes.words}>
          <div className={classes.name}>{name}</div>
          <div className={classes.hint}>{facts.join(' · ')}</div>
        </div>
        <Group gap="xs">
          {mayChange && (
            <Button
              variant="default"
              size="xs"
              leftSection={<Pencil size={14} aria-hidden />}
              aria-label={t('editOf', { name })}
              onClick={() => onDraft({ id, name, permissions })}
            >
              {t('edit')}
            </Button>
          )}
          <Duplicate name={name} permissions={permissions} onDraft={onDraft} />
          {mayChange && (
            <Button
              variant="subtle"
              color="gray"
              size="xs"
              leftSection={<Trash2 size={14} aria-hidden />}
              aria-label={t('removeOf', { name })}
              onClick={() => onDelete(role)}
            >
              {t('remove')}
            </Button>
          )}
        </Group>
      </div>
    </Row>
  )
}

function Lists({ roles, onDraft, onDelete }: Acts & { roles: Roles }) {
  const { t } = useTranslation(['roles', 'common'])
  return (
    <>
      <Section flush title={t('custom')} text={t('customText')}>
        {roles.custom.length === 0 && <EmptyState icon={<ShieldCheck size={24} aria-hidden />} title={t('emptyTitle')} text={t('emptyText')} />}
        {roles.custom.map((role) => (
          <CustomRow key={role.id} role={role} onDraft={onDraft} onDelete={onDelete} />
        ))}
      </Section>
      <Section flush title={t('builtIn')} text={t('builtInText')}>
        {roles.builtIn.map(({ role, permissions, members }) => (
          <Row key={role}>
            <div className={classes.words}>
              <div className={classes.name}>{t(`common:role.${role}`)}</div>
              <div className={classes.hint}>
                {t(`common:roleHint.${role}`)} · {t('members', { count: members })}
              </div>
            </div>
            <Duplicate name={t(`common:role.${role}`)} permissions={permissions} onDraft={onDraft} />
          </Row>
        ))}
      </Section>
      <RoleMatrix roles={roles} />
    </>
  )
}

function AllRoles(acts: Acts) {
  const roles = useRoles()
  const maySeeRule = useCan('tenant.read')
  return (
    <>
      {maySeeRule && <SightSection />}
      {roles.isPending && (
        <Section flush>
          <ListSkeleton rows={6} />
        </Section>
      )}
      {roles.isError && <ErrorState error={roles.error} retry={() => void roles.refetch()} />}
      {roles.data && <Lists roles={roles.data} {...acts} />}
    </>
  )
}

export function RolesPage() {
  const { t } = useTranslation('roles')
  const mayManage = [useCan('users.read'), useCan('users.manage')].every(Boolean)
  const [draft, setDraft] = useState<Draft | null>(null)
  const [deleting, setDeleting] = useState<CustomRole | null>(null)
  return (
    <SettingsFrame
      title={t('title')}
      text={t('text')}
      actions={mayManage && <Button onClick={() => setDraft({ id: null, name: '', permissions: [] })}>{t('new')}</Button>}
      permission="users.manage"
    >
      <RequirePermission permission="users.read">
        <AllRoles onDraft={setDraft} onDelete={setDeleting} />
      </RequirePermission>
      {draft && <RoleForm draft={draft} onClose={() => setDraft(null)} />}
      {deleting && <DeleteRole role={deleting} onClose={() => setDeleting(null)} />}
    </SettingsFrame>
  )
}
