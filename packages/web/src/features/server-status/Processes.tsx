import type { ServerProcess, ServerStatus } from '@atende/contracts/server-status'
import { Text } from '@mantine/core'
import { CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDuration, formatRelative } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { NotRead } from './NotRead.tsx'
import classes from './ServerStatus.module.css'

function ProcessRow({ process, now }: { process: ServerProcess; now: number }) {
  const { t, i18n } = useTranslation('serverStatus')
  const { role, host, port, version, startedAt, beatAt, lost, thisOne, rssMib } = process
  const facts = t('processes.facts', { version, uptime: formatDuration(now - Date.parse(startedAt)), mib: rssMib.toLocaleString(i18n.language) })
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>
          {t(`processes.role.${role}`)} · {host}:{port}
        </div>
        <div className={classes.small}>
          {lost ? t('processes.lostText', { when: formatRelative(beatAt, now) }) : facts}
          {thisOne && ` · ${t('processes.thisOne')}`}
        </div>
      </div>
      <Pill tone={lost ? 'harm' : 'good'} icon={lost ? <CircleX size={13} aria-hidden /> : <CircleCheck size={13} aria-hidden />}>
        {t(lost ? 'processes.lost' : 'processes.alive')}
      </Pill>
    </Row>
  )
}

export function Processes({ processes, now }: { processes: ServerStatus['processes']; now: number }) {
  const { t } = useTranslation('serverStatus')
  const versions = [...new Set(processes?.filter((p) => !p.lost).map((p) => p.version))]
  return (
    <Section flush title={t('processes.title')} text={t('processes.text')}>
      {processes === null && <NotRead />}
      {versions.length > 1 && (
        <Row>
          <Text size="sm">{t('processes.versions', { versions: versions.join(', ') })}</Text>
        </Row>
      )}
      {processes?.map((process) => (
        <ProcessRow key={process.id} process={process} now={now} />
      ))}
    </Section>
  )
}
