import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { UserPlus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { BackLink } from '../../shell/BackLink.tsx'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { Invitations } from './Invitations.tsx'
import { InviteForm } from './InviteForm.tsx'
import { UserRow } from './UserRow.tsx'
import { useUsers } from './use-users.ts'

function People() {
  const { t } = useTranslation('users')
  const users = useUsers()
  return (
    <Section flush title={t('people')}>
      {users.isPending && <ListSkeleton avatar rows={5} />}
      {users.isError && <ErrorState compact error={users.error} retry={() => void users.refetch()} />}
      {users.data?.map((user) => (
        <UserRow key={user.id} user={user} />
      ))}
    </Section>
  )
}

export function TeamPage() {
  const { t } = useTranslation(['users', 'settings', 'common'])
  const mayManage = [useCan('users.read'), useCan('users.manage')].every(Boolean)
  const [inviting, invite] = useDisclosure(false)
  return (
    <Page>
      <PageHeader
        title={t('title')}
        text={t('text')}
        back={<BackLink to="/configuracoes" label={t('settings:back')} />}
        actions={
          mayManage && (
            <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={invite.open}>
              {t('invite')}
            </Button>
          )
        }
      />
      <RequirePermission permission="users.read">
        <People />
        {mayManage && <Invitations />}
      </RequirePermission>
      <Modal opened={inviting} onClose={invite.close} title={t('inviteTitle')} closeButtonProps={{ 'aria-label': t('common:action.close') }}>
        <InviteForm onDone={invite.close} />
      </Modal>
    </Page>
  )
}
