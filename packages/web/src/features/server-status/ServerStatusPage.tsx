import './late-texts.ts'
import type { ServerStatus } from '@atende/contracts/server-status'
import { Alert } from '@mantine/core'
import { CircleAlert, CircleCheck, CircleX, CloudOff } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDuration, formatTime, useNow } from '../../lib/time.ts'
import { BackLink } from '../../shell/BackLink.tsx'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { Alerts } from './Alerts.tsx'
import { Components } from './Components.tsx'
import { Doctor } from './Doctor.tsx'
import { Jobs } from './Jobs.tsx'
import { Machine } from './Machine.tsx'
import { Processes } from './Processes.tsx'
import { Backups, Updates } from './Runs.tsx'
import { ServerNav } from './ServerNav.tsx'
import classes from './ServerStatus.module.css'
import { useServerStatus } from './use-server-status.ts'

const OVERALL = {
  healthy: { tone: 'good', Icon: CircleCheck },
  degraded: { tone: 'waiting', Icon: CircleAlert },
  unhealthy: { tone: 'harm', Icon: CircleX },
} as const

type State = keyof typeof OVERALL

/** Components that work do not make it well while an alert stands. */
function stateOf({ health, alerts }: ServerStatus): State {
  const open = alerts?.list.some((a) => a.resolvedAt === null) ?? false
  return health.status === 'healthy' && open ? 'degraded' : health.status
}

/** The sentence first: whoever is woken at night reads no table. */
function Overall({ status, knownAt, now }: { status: ServerStatus; knownAt: number; now: number }) {
  const { t } = useTranslation('serverStatus')
  const state = stateOf(status)
  const { tone, Icon } = OVERALL[state]
  const facts = [
    t('overallText', { version: status.version, uptime: formatDuration(status.health.uptime * 1000) }),
    t('updated', { time: formatDuration(now - knownAt) }),
  ]
  return (
    <Section>
      <div className={classes.overall}>
        <Icon size={22} aria-hidden className={classes.overallIcon} data-tone={tone} />
        <span className={classes.overallWord}>{t(`overall.${state}`)}</span>
      </div>
      <div className={classes.small}>{facts.join(' · ')}</div>
    </Section>
  )
}

function Content() {
  const { t } = useTranslation('serverStatus')
  const { data: status, isPending, error, dataUpdatedAt, refetch } = useServerStatus()
  const now = useNow(1000)
  if (isPending) return <ListSkeleton rows={6} />
  if (status === undefined) return <ErrorState error={error} retry={() => void refetch()} />
  return (
    <>
      {error !== null && (
        <Alert color="red" variant="light" mb="lg" icon={<CloudOff size={18} aria-hidden />} title={t('silent')}>
          {t('silentText', { time: formatTime(dataUpdatedAt) })}
        </Alert>
      )}
      {error === null && <Overall status={status} knownAt={dataUpdatedAt} now={now} />}
      <Alerts alerts={status.alerts} runbooks={status.runbooks} now={now} />
      <Components status={status} />
      <Processes processes={status.processes} now={now} />
      <Machine certificate={status.certificate} disks={status.disks} />
      <Doctor doctor={status.doctor} now={now} />
      <Backups backups={status.backups} now={now} />
      <Jobs jobs={status.jobs} now={now} />
      <Updates updates={status.updates} now={now} />
    </>
  )
}

/** For who runs the server. */
export function ServerStatusPage() {
  const { t } = useTranslation(['serverStatus', 'settings'])
  return (
    <Page>
      <PageHeader title={t('title')} text={t('text')} back={<BackLink to="/configuracoes" label={t('settings:back')} />} />
      <RequirePermission permission="server.manage">
        <ServerNav />
        <Content />
      </RequirePermission>
    </Page>
  )
}
