import { Button, Group } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '../../lib/session.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { NoPermission } from '../../ui/NoPermission.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { toastError } from '../../ui/toast.ts'
import { useChannels } from '../channels/use-channels.ts'
import { useUpdateTenant } from '../tenant/use-tenant.ts'
import { useInvitations } from '../users/use-invitations.ts'
import { useUsers } from '../users/use-users.ts'
import { Checklist } from './Checklist.tsx'

/** Everything is read from what is really there, so the list is right after a reload, too. */
function FirstRun({ onLeave }: { onLeave: () => void }) {
  const { t } = useTranslation('onboarding')
  const channels = useChannels()
  const users = useUsers()
  const invitations = useInvitations()
  const update = useUpdateTenant()
  const finish = (): void => update.mutate({ onboarded: true }, { onSuccess: onLeave, onError: toastError })
  const error = channels.error ?? users.error
  if (error !== null) return <ErrorState error={error} retry={() => void channels.refetch().then(() => users.refetch())} />
  if (channels.data === undefined || users.data === undefined || invitations.isPending) {
    return (
      <Section flush>
        <ListSkeleton avatar rows={3} />
      </Section>
    )
  }
  return (
    <>
      <Checklist
        channel={channels.data.find((one) => one.status !== 'disabled') ?? null}
        people={users.data.length - 1 + (invitations.data?.length ?? 0)}
        busy={update.isPending}
        onFinish={finish}
      />
      <Group gap="xs" mt="lg">
        <Button variant="subtle" color="gray" onClick={onLeave}>
          {t('later')}
        </Button>
        <Button variant="subtle" color="gray" loading={update.isPending} onClick={finish}>
          {t('dismiss')}
        </Button>
      </Group>
    </>
  )
}

export function OnboardingPage() {
  const { t } = useTranslation('onboarding')
  const me = useMe()
  const navigate = useNavigate()
  const mayStart = [useCan('channels.manage'), useCan('users.manage'), useCan('tenant.manage')].every(Boolean)
  if (!mayStart) return <NoPermission />
  const name = me.user.name.split(' ')[0] ?? me.user.name
  return (
    <Page>
      <PageHeader title={t('title', { name })} text={t('text')} />
      <FirstRun onLeave={() => void navigate({ to: '/conversas', search: {} })} />
    </Page>
  )
}
