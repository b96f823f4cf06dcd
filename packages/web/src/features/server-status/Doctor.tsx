import type { ServerRun, ServerStatus } from '@atende/contracts/server-status'
import { Text } from '@mantine/core'
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { NotRead } from './NotRead.tsx'
import classes from './ServerStatus.module.css'

const STALE_MS = 3 * 24 * 3600_000
const STATES = {
  fail: { tone: 'harm', Icon: CircleX },
  warn: { tone: 'waiting', Icon: CircleAlert },
  ok: { tone: 'good', Icon: CircleCheck },
} as const

const countOf = (run: ServerRun, name: string): number => (typeof run.details[name] === 'number' ? run.details[name] : 0)

function Verdict({ run, now }: { run: ServerRun; now: number }) {
  const { t } = useTranslation('serverDoctor')
  const [fail, warn] = [countOf(run, 'fail'), countOf(run, 'warn')]
  const state = run.outcome === 'failed' || run.outcome === 'lost' ? 'fail' : warn > 0 ? 'warn' : 'ok'
  const { tone, Icon } = STATES[state]
  const words = [fail > 0 ? t('fail', { count: fail }) : t('nothing'), ...(warn > 0 ? [t('warn', { count: warn })] : [])]
  const ids = Array.isArray(run.details.ids) ? run.details.ids : []
  const stale = now - Date.parse(run.startedAt) > STALE_MS
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{words.join(', ')}</div>
        <div className={classes.small}>{[formatRelative(run.startedAt, now), run.host, ids.join(', ')].filter((x) => x !== '').join(' · ')}</div>
        {ids.length > 0 && <div className={classes.small}>{t('todo')}</div>}
        {stale && <div className={classes.small}>{t('stale')}</div>}
      </div>
      <Pill tone={tone} icon={<Icon size={13} aria-hidden />}>
        {t(`state.${state}`)}
      </Pill>
    </Row>
  )
}

/** What `atende doctor` found when it looked last. */
export function Doctor({ doctor, now }: Pick<ServerStatus, 'doctor'> & { now: number }) {
  const { t } = useTranslation('serverDoctor')
  const [last] = doctor ?? []
  return (
    <Section flush title={t('title')} text={t('text')}>
      {doctor === null && <NotRead />}
      {doctor?.length === 0 && (
        <Row>
          <Text size="sm" c="dimmed">
            {t('none')}
          </Text>
        </Row>
      )}
      {last && <Verdict run={last} now={now} />}
    </Section>
  )
}
