import type { FailedJob, ServerStatus } from '@atende/contracts/server-status'
import { Button, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../lib/time.ts'
import { Row, Section } from '../../ui/Section.tsx'
import { NotRead } from './NotRead.tsx'
import classes from './ServerStatus.module.css'
import { useReplayJobs } from './use-server-status.ts'

function FailedRow({ job, now }: { job: FailedJob; now: number }) {
  const { t } = useTranslation('serverStatus')
  const replay = useReplayJobs()
  const when = formatRelative(job.at, now)
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{job.queue}</div>
        <div className={classes.small}>
          {when} · {t('jobs.attempts', { count: job.attempts })} · {job.code}
        </div>
      </div>
      <Button
        variant="default"
        size="xs"
        loading={replay.isPending}
        onClick={() => replay.mutate([job.id])}
        aria-label={t('jobs.replayLabel', { name: job.queue, when })}
      >
        {t('jobs.replay')}
      </Button>
    </Row>
  )
}

function Queues({ queues }: { queues: NonNullable<ServerStatus['jobs']>['queues'] }) {
  const { t } = useTranslation('serverStatus')
  const busy = queues.filter((q) => q.queued + q.active > 0)
  if (busy.length === 0) {
    return (
      <Row>
        <Text size="sm" c="dimmed">
          {t('jobs.idle')}
        </Text>
      </Row>
    )
  }
  return busy.map((q) => (
    <Row key={q.name}>
      <div className={classes.words}>
        <div className={classes.name}>{q.name}</div>
        <div className={classes.small}>{t('fact.queued', q)}</div>
      </div>
    </Row>
  ))
}

export function Jobs({ jobs, now }: { jobs: ServerStatus['jobs']; now: number }) {
  const { t } = useTranslation('serverStatus')
  const replay = useReplayJobs()
  const failed = jobs?.failed ?? []
  const all = (
    <Button variant="default" size="sm" loading={replay.isPending} onClick={() => replay.mutate(failed.map((j) => j.id))}>
      {t('jobs.replayAll')}
    </Button>
  )
  return (
    <Section flush title={t('jobs.title')} text={t('jobs.text')} actions={failed.length > 1 ? all : undefined}>
      {jobs === null ? <NotRead /> : <Queues queues={jobs.queues} />}
      {jobs !== null && (
        <div className={classes.sub}>
          {t('jobs.failed')}. {t(failed.length === 0 ? 'jobs.noFailed' : 'jobs.failedText')}
        </div>
      )}
      {failed.map((job) => (
        <FailedRow key={job.id} job={job} now={now} />
      ))}
    </Section>
  )
}
