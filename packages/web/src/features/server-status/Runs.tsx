import type { ServerRun, ServerStatus } from '@atende/contracts/server-status'
import { Text } from '@mantine/core'
import { Archive, CircleCheck, CircleX, LoaderCircle } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatDuration, formatRelative } from '../../lib/time.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Facts } from '../../ui/Facts.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { formatSize } from '../messages/bodies/file-size.ts'
import { NotRead } from './NotRead.tsx'
import classes from './ServerStatus.module.css'

const TONES = { ok: 'good', running: 'waiting', failed: 'harm', lost: 'harm' } as const
const ICONS = { ok: CircleCheck, running: LoaderCircle, failed: CircleX, lost: CircleX } as const

function OutcomePill({ outcome }: Pick<ServerRun, 'outcome'>) {
  const { t } = useTranslation('serverStatus')
  const Icon = ICONS[outcome]
  return (
    <Pill tone={TONES[outcome]} icon={<Icon size={13} aria-hidden />}>
      {t(`outcome.${outcome}`)}
    </Pill>
  )
}

const lasted = (run: ServerRun): string | null => (run.endedAt === null ? null : formatDuration(Date.parse(run.endedAt) - Date.parse(run.startedAt)))
const sizeOf = (run: ServerRun): string | null => (typeof run.details.bytes === 'number' ? formatSize(run.details.bytes) : null)
const wordOf = (run: ServerRun, name: string): string | null => (typeof run.details[name] === 'string' ? run.details[name] : null)

function RunRow({ run, now, extra = null }: { run: ServerRun; now: number; extra?: string | null }) {
  const { t } = useTranslation('serverStatus')
  const facts = [formatRelative(run.startedAt, now), run.host, lasted(run), sizeOf(run), extra, wordOf(run, 'error')]
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{t(`kind.${run.kind}`)}</div>
        <div className={classes.small}>{facts.filter((f) => f !== null && f !== '').join(' · ')}</div>
      </div>
      <OutcomePill outcome={run.outcome} />
    </Row>
  )
}

export function Backups({ backups, now }: { backups: ServerStatus['backups']; now: number }) {
  const { t } = useTranslation('serverStatus')
  const good = backups?.lastGood ?? null
  const [test] = backups?.restoreTests ?? []
  const none = backups !== null && backups.runs.length === 0
  return (
    <Section flush title={t('backups.title')} text={t('backups.text')}>
      {backups === null && <NotRead />}
      {none && <EmptyState compact icon={<Archive size={24} aria-hidden />} title={t('backups.none')} text={t('backups.noneText')} />}
      {backups !== null && !none && (
        <div className={classes.facts}>
          <Facts
            facts={[
              [t('backups.last'), good?.endedAt ? formatRelative(good.endedAt, now) : '–'],
              [t('backups.size'), good && sizeOf(good)],
              [t('backups.took'), good && lasted(good)],
              [t('backups.next'), backups.nextBy && formatDateTime(backups.nextBy)],
              [t('backups.test'), test ? `${formatRelative(test.startedAt, now)} · ${t(`outcome.${test.outcome}`)}` : t('backups.noTest')],
            ]}
          />
        </div>
      )}
      {[...(backups?.runs ?? []), ...(backups?.restoreTests ?? [])].map((run) => (
        <RunRow key={run.id} run={run} now={now} />
      ))}
    </Section>
  )
}

export function Updates({ updates, now }: { updates: ServerStatus['updates']; now: number }) {
  const { t } = useTranslation('serverStatus')
  return (
    <Section flush title={t('updates.title')}>
      {updates === null && <NotRead />}
      {updates?.length === 0 && (
        <Row>
          <Text size="sm" c="dimmed">
            {t('updates.none')}
          </Text>
        </Row>
      )}
      {updates?.map((run) => {
        const version = wordOf(run, 'to') ?? wordOf(run, 'version')
        return <RunRow key={run.id} run={run} now={now} extra={version === null ? null : t('updates.to', { version })} />
      })}
    </Section>
  )
}
