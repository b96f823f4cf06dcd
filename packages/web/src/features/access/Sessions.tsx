import './late-texts.ts'
import { Session } from '@atende/contracts/access'
import { Button, Group, Text } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { Laptop, Smartphone } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { z } from 'zod'
import { api, NoContent } from '../../lib/api.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { logoutEverywhere } from '../../lib/session.ts'
import { formatDate, formatRelative } from '../../lib/time.ts'
import { ConfirmButton } from '../../ui/ConfirmButton.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { deviceName, isPhone } from './device-name.ts'
import classes from './Sessions.module.css'

const SessionList = z.object({ items: z.array(Session) })

function SessionRow({ session }: { session: z.infer<typeof Session> }) {
  const { t } = useTranslation('access')
  const device = deviceName(session.userAgent) ?? t('profile.unknownDevice')
  const Icon = isPhone(session.userAgent) ? Smartphone : Laptop
  const end = useMutation({
    mutationFn: () => api(NoContent, 'DELETE', `/api/auth/sessions/${session.id}`),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.sessions })
      toast(t('profile.ended'))
    },
    onError: toastError,
  })
  const details = [t('profile.lastUsed', { when: formatRelative(session.lastUsedAt) }), t('profile.since', { when: formatDate(session.createdAt) }), session.ip]
  return (
    <Row>
      <Icon size={20} className={classes.icon} aria-hidden />
      <div className={classes.words}>
        <div className={classes.device}>
          {device} {session.current && <Pill tone="good">{t('profile.thisOne')}</Pill>}
        </div>
        <Text size="xs" c="dimmed">
          {details.filter(Boolean).join(' · ')}
        </Text>
      </div>
      {!session.current && (
        <Button variant="default" size="xs" loading={end.isPending} onClick={() => end.mutate()} aria-label={t('profile.endLabel', { device })}>
          {t('profile.end')}
        </Button>
      )}
    </Row>
  )
}

function EndOthers() {
  const { t } = useTranslation('account')
  const end = useMutation({
    mutationFn: () => api(NoContent, 'POST', '/api/auth/sessions/end-others'),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: keys.sessions })
      toast(t('othersEnded'))
    },
    onError: toastError,
  })
  return (
    <ConfirmButton variant="default" size="xs" loading={end.isPending} question={t('endOthersQuestion')} verb={t('endOthers')} onConfirm={() => end.mutate()}>
      {t('endOthers')}
    </ConfirmButton>
  )
}

export function Sessions() {
  const { t } = useTranslation('access')
  const sessions = useQuery({
    queryKey: keys.sessions,
    queryFn: async ({ signal }) => (await api(SessionList, 'GET', '/api/auth/sessions', { signal })).items,
  })
  const endAll = useMutation({ mutationFn: logoutEverywhere, onError: toastError })
  return (
    <Section
      flush
      title={t('profile.sessions')}
      text={t('profile.sessionsText')}
      actions={
        <Group gap="xs">
          {(sessions.data?.length ?? 0) > 1 && <EndOthers />}
          <ConfirmButton
            variant="default"
            size="xs"
            loading={endAll.isPending}
            question={t('profile.endAllQuestion')}
            verb={t('profile.endAll')}
            onConfirm={() => endAll.mutate()}
          >
            {t('profile.endAll')}
          </ConfirmButton>
        </Group>
      }
    >
      {sessions.isPending && <ListSkeleton rows={2} />}
      {sessions.isError && <ErrorState compact error={sessions.error} retry={() => void sessions.refetch()} />}
      {sessions.data?.map((session) => (
        <SessionRow key={session.id} session={session} />
      ))}
    </Section>
  )
}
