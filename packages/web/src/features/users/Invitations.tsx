import type { Invitation } from '@atende/contracts/access'
import { Button, Group, Text } from '@mantine/core'
import { Mail } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatRemaining } from '../../lib/time.ts'
import { ConfirmButton } from '../../ui/ConfirmButton.tsx'
import { CopyField } from '../../ui/CopyField.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { toast } from '../../ui/toast.ts'
import classes from './Invitations.module.css'
import { useInvitations, useRenewInvitation, useRevokeInvitation } from './use-invitations.ts'

const isOver = (at: string): boolean => new Date(at).getTime() < Date.now()

function InvitationRow({ invitation }: { invitation: Invitation }) {
  const { t } = useTranslation(['users', 'common'])
  const renew = useRenewInvitation()
  const revoke = useRevokeInvitation()
  const { email, id } = invitation
  const over = isOver(invitation.expiresAt)
  const details = [
    invitation.roleName ?? t(`common:role.${invitation.role}`),
    invitation.invitedBy === null ? null : t('invitedBy', { who: invitation.invitedBy }),
    over ? null : t('expires', { when: formatRemaining(invitation.expiresAt) }),
  ]
  return (
    <Row>
      <span className={classes.icon}>
        <Mail size={17} aria-hidden />
      </span>
      <div className={classes.words}>
        <Group gap={8}>
          <Text size="sm" fw={550} style={{ overflowWrap: 'anywhere' }}>
            {email}
          </Text>
          {over && <Pill tone="waiting">{t('expired')}</Pill>}
        </Group>
        <Text size="xs" c="dimmed">
          {details.filter(Boolean).join(' · ')}
        </Text>
        {renew.data !== undefined && (
          <div className={classes.link}>
            <CopyField label={t('link')} value={renew.data.link} />
          </div>
        )}
      </div>
      <Group gap="xs">
        <Button
          variant="default"
          size="xs"
          loading={renew.isPending}
          onClick={() => renew.mutate(id, { onSuccess: ({ mailed }) => mailed && toast(t('renewedMailed', { email })) })}
          aria-label={t('renewLabel', { email })}
        >
          {t('renew')}
        </Button>
        <ConfirmButton
          variant="subtle"
          color="gray"
          size="xs"
          loading={revoke.isPending}
          question={t('revokeQuestion', { email })}
          verb={t('revoke')}
          onConfirm={() => revoke.mutate(id, { onSuccess: () => toast(t('revoked')) })}
        >
          {t('revoke')}
        </ConfirmButton>
      </Group>
    </Row>
  )
}

export function Invitations() {
  const { t } = useTranslation('users')
  const invitations = useInvitations()
  return (
    <Section flush title={t('invitations')} text={t('invitationsText')}>
      {invitations.isPending && <ListSkeleton rows={2} avatar />}
      {invitations.isError && <ErrorState compact error={invitations.error} retry={() => void invitations.refetch()} />}
      {invitations.data?.length === 0 && (
        <Text size="sm" c="dimmed" p="lg">
          {t('noInvitations')}
        </Text>
      )}
      {invitations.data?.map((invitation) => (
        <InvitationRow key={invitation.id} invitation={invitation} />
      ))}
    </Section>
  )
}
