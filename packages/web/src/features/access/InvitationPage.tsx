import { InvitationPreview } from '@atende/contracts/access'
import type { SecondFactorAsked } from '@atende/contracts/factors'
import { Button, Skeleton, Stack } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link, useParams, useRouter } from '@tanstack/react-router'
import { lazy, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { EntryFrame } from './EntryFrame.tsx'
import { InvitationForm } from './InvitationForm.tsx'

const SecondStep = lazy(() => import('./factors/SecondStep.tsx').then((m) => ({ default: m.SecondStep })))

const isGone = (error: unknown): boolean => isApiError(error) && [400, 404, 410].includes(error.status)

function InvalidInvitation() {
  const { t } = useTranslation('access')
  return (
    <EntryFrame title={t('invitation.invalidTitle')} text={t('invitation.invalidText')}>
      <Button component={Link} to="/entrar" variant="default" size="md">
        {t('invitation.toLogin')}
      </Button>
    </EntryFrame>
  )
}

export function InvitationPage() {
  const { t } = useTranslation(['access', 'common'])
  const { token } = useParams({ from: '/convite/$token' })
  const router = useRouter()
  const [asked, setAsked] = useState<SecondFactorAsked['secondFactor'] | null>(null)
  const path = `/api/auth/invitations/${encodeURIComponent(token)}`
  const preview = useQuery({
    queryKey: ['invitation', token],
    queryFn: ({ signal }) => api(InvitationPreview, 'GET', path, { signal }),
    staleTime: Number.POSITIVE_INFINITY,
  })
  if (asked !== null) {
    return (
      <Suspense>
        <SecondStep asked={asked} onIn={() => router.history.push('/')} onAgain={() => router.history.push('/entrar')} />
      </Suspense>
    )
  }
  if (isGone(preview.error)) return <InvalidInvitation />
  if (preview.data === undefined) {
    return (
      <EntryFrame title={t('invitation.loading')}>
        {preview.error === null ? (
          <Stack>
            <Skeleton height={62} />
            <Skeleton height={62} />
            <Skeleton height={42} />
          </Stack>
        ) : (
          <ErrorState error={preview.error} retry={() => void preview.refetch()} compact />
        )}
      </EntryFrame>
    )
  }
  const { tenantName, invitedBy, role } = preview.data
  const roleName = preview.data.roleName ?? t(`common:role.${role}`).toLocaleLowerCase()
  return (
    <EntryFrame
      title={t('invitation.title', { company: tenantName })}
      text={invitedBy === null ? t('invitation.invited', { role: roleName }) : t('invitation.invitedBy', { who: invitedBy, role: roleName })}
    >
      <InvitationForm preview={preview.data} acceptPath={`${path}/accept`} onAsked={setAsked} />
    </EntryFrame>
  )
}
