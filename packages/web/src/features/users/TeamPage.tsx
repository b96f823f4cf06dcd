import { Button, Modal } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { UserPlus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { LoadedList } from '../../ui/LoadedList.tsx'
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
      <LoadedList query={users} rows={5} avatar>
        {(list) => (
          <>
            {list.map((user) => (
              <UserRow key={user.id} user={user} />
            ))}
          </>
        )}
      </LoadedList>
    </Section>
  )
}

export function TeamPage() {
  const { t } = useTranslation(['users', 'common'])
  const mayManage = [useCan('users.read'), useCan('users.manage')].every(Boolean)
  const [inviting, invite] = useDisclosure(false)
  return (
    <SettingsFrame
      title={t('title')}
      text={t('text')}
      actions={
        mayManage && (
          <Button leftSection={<UserPlus size={16} aria-hidden />} onClick={invite.open}>
            {t('invite')}
          </Button>
        )
      }
      permission="users.read"
    >
      <People />
      {mayManage && <Invitations />}
      <Modal opened={inviting} onClose={invite.close} title={t('inviteTitle')} closeButtonProps={{ 'aria-label': t('common:action.close') }}>
        <InviteForm onDone={invite.close} />
      </Modal>
    </SettingsFrame>
  )
}
