import type { ServerStatus } from '@atende/contracts/server-status'
import { CircleAlert, CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDuration } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './ServerStatus.module.css'
import { serverStatusTexts } from './server-status.texts.ts'

type Check = ServerStatus['health']['checks'][string]
type CheckName = keyof (typeof serverStatusTexts)['pt-BR']['check']
/** A server may be newer than this page. */
const isKnown = (name: string): name is CheckName => name in serverStatusTexts['pt-BR'].check
const TONES = { up: 'good', degraded: 'waiting', down: 'harm', off: 'quiet' } as const
const ICONS = { up: CircleCheck, degraded: CircleAlert, down: CircleX, off: undefined } as const

export function StatePill({ state }: { state: Check['status'] }) {
  const { t } = useTranslation('serverStatus')
  const Icon = ICONS[state]
  return (
    <Pill tone={TONES[state]} icon={Icon && <Icon size={13} aria-hidden />}>
      {t(`state.${state}`)}
    </Pill>
  )
}

const numberOf = (check: Check, name: string): number => (typeof check[name] === 'number' ? check[name] : 0)

/** What its figures say; nothing when it is down, since there are none. */
function useFigures(): (name: string, check: Check) => string {
  const { t, i18n } = useTranslation('serverStatus')
  const figure = (n: number) => n.toLocaleString(i18n.language)
  const waiting = (c: Check) => t('fact.waiting', { count: numberOf(c, 'waiting'), time: formatDuration(numberOf(c, 'oldestSeconds') * 1000) })
  const known: Record<string, (c: Check) => string> = {
    database: (c) => t('fact.latency', { ms: figure(numberOf(c, 'latencyMs')) }),
    jobs: (c) => t('fact.queued', { queued: numberOf(c, 'queued'), active: numberOf(c, 'active'), failed: numberOf(c, 'failed') }),
    receiver: waiting,
    sender: waiting,
    disk: (c) => t('fact.free', { free: figure(numberOf(c, 'freeGiB')), percent: figure(numberOf(c, 'freePercent')) }),
    storage: (c) => (c.kind === 's3' || c.kind === 'disk' ? t(`fact.kept.${c.kind}`) : ''),
    sockets: (c) => t('fact.connected', { count: numberOf(c, 'connected') }),
    memory: (c) => t('fact.memory', { mib: figure(numberOf(c, 'rssMiB')) }),
    cpu: (c) => t('fact.load', { load: figure(numberOf(c, 'load5')), cores: numberOf(c, 'cores') }),
    backups: (c) => (typeof c.ageHours === 'number' ? t('fact.age', { time: formatDuration(c.ageHours * 3_600_000) }) : t('fact.noGood')),
    links: (c) => t('fact.numbers', { count: numberOf(c, 'connected'), held: numberOf(c, 'held') }),
    limiter: (c) => (c.store === 'memory' || c.store === 'postgres' || c.store === 'redis' ? t(`fact.counted.${c.store}`) : ''),
  }
  return (name, check) => (check.status === 'down' ? '' : (known[name]?.(check) ?? ''))
}

export function Components({ status }: { status: ServerStatus }) {
  const { t } = useTranslation('serverStatus')
  const figures = useFigures()
  const shown = Object.entries(status.health.checks).filter(([, check]) => check.status !== 'off')
  return (
    <Section flush title={t('components')}>
      <div className={classes.grid}>
        {shown.map(([name, check]) => (
          <div key={name} className={classes.cell}>
            <div className={classes.words}>
              <div className={classes.name}>{isKnown(name) ? t(`check.${name}`) : name}</div>
              <div className={classes.small}>{figures(name, check)}</div>
            </div>
            <StatePill state={check.status} />
          </div>
        ))}
      </div>
    </Section>
  )
}
