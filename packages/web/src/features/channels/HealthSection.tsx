import type { ChannelHealth } from '@atende/contracts/channels'
import { Alert, Stack } from '@mantine/core'
import { Ban, CircleCheck, CircleHelp, TriangleAlert } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDate, formatRelative } from '../../lib/time.ts'
import { Section } from '../../ui/Section.tsx'
import classes from './HealthSection.module.css'

type Tone = 'good' | 'waiting' | 'harm' | 'quiet'
type Tile = { name: string; value: ReactNode; hint?: string | null; tone?: Tone }

const SIGNS = { good: CircleCheck, waiting: TriangleAlert, harm: Ban, quiet: CircleHelp }
const STATUS_TONES: Partial<Record<string, Tone>> = { CONNECTED: 'good', PENDING: 'waiting', FLAGGED: 'waiting', RATE_LIMITED: 'waiting', UNKNOWN: 'quiet' }
const QUALITY_TONES = { GREEN: 'good', YELLOW: 'waiting', RED: 'harm', UNKNOWN: 'quiet' } as const

function Tiles({ tiles }: { tiles: readonly Tile[] }) {
  return (
    <dl className={classes.tiles}>
      {tiles.map(({ name, value, hint, tone }) => {
        const Sign = tone && SIGNS[tone]
        return (
          <div key={name} className={classes.tile}>
            <dt>{name}</dt>
            <dd data-tone={tone}>
              {Sign && <Sign size={16} aria-hidden />}
              {value}
            </dd>
            {hint && <dd className={classes.hint}>{hint}</dd>}
          </div>
        )
      })}
    </dl>
  )
}

function useTiles(health: ChannelHealth): Tile[] {
  const { t, i18n } = useTranslation('channelHealth')
  const unknown = { value: t('health.unknown'), tone: 'quiet' as const }
  const number = (n: number) => (n < 0 ? t('health.unlimited') : new Intl.NumberFormat(i18n.language).format(n))
  const known = (name: string, value: string | null, group: 'nameStatus' | 'review') =>
    value === null
      ? { name, ...unknown }
      : { name, value: i18n.exists(`channelHealth:${group}.${value}`) ? i18n.t(`channelHealth:${group}.${value}` as never) : value }
  const { numberStatus, quality, messagingLimit, throughput, nameStatus, requestedName, reviewStatus, username, maxNumbers, coexistence } = health
  const badName = nameStatus === 'DECLINED' || nameStatus === 'EXPIRED'
  return [
    {
      name: t('health.status'),
      ...(numberStatus === null ? unknown : { value: t(`numberStatus.${numberStatus}`), tone: STATUS_TONES[numberStatus] ?? 'harm' }),
    },
    { name: t('health.quality'), value: t(`quality.${quality}`), tone: QUALITY_TONES[quality] },
    { name: t('health.limit'), ...(messagingLimit === null ? unknown : { value: number(messagingLimit), hint: t('health.limitHint') }) },
    { name: t('health.throughput'), ...(throughput === null ? unknown : { value: number(throughput), hint: t('health.throughputHint') }) },
    {
      ...known(t('health.name'), nameStatus, 'nameStatus'),
      hint: requestedName === null ? null : t('health.asked', { name: requestedName }),
      ...(badName ? { tone: 'harm' as const } : {}),
    },
    { ...known(t('health.review'), reviewStatus, 'review'), ...(reviewStatus === 'REJECTED' ? { tone: 'harm' as const } : {}) },
    ...(username === null ? [] : [{ name: t('health.username'), value: username }]),
    ...(maxNumbers === null ? [] : [{ name: t('health.numbers'), value: number(maxNumbers) }]),
    ...(coexistence ? [{ name: t('health.app'), value: t('health.appShared') }] : []),
  ]
}

function Restrictions({ restrictions }: { restrictions: ChannelHealth['restrictions'] }) {
  const { t } = useTranslation('channelHealth')
  return (
    <Alert color="red" title={t('health.restrictions')} icon={<Ban size={18} aria-hidden />}>
      <ul className={classes.list}>
        {restrictions.map(({ kind, title, until, remediation }) => (
          <li key={kind}>
            {title} ({until === null ? t('health.noEnd') : t('health.until', { day: formatDate(until) })}){remediation !== null && ` · ${remediation}`}
          </li>
        ))}
      </ul>
    </Alert>
  )
}

function Problems({ health }: { health: ChannelHealth }) {
  const { t } = useTranslation('channelHealth')
  const { canSend, healthProblems } = health
  const title = canSend === 'BLOCKED' ? t('health.blocked') : canSend === 'LIMITED' ? t('health.limited') : t('health.problems')
  return (
    <Alert color={canSend === 'BLOCKED' ? 'red' : 'amber'} title={title} icon={<TriangleAlert size={18} aria-hidden />}>
      <ul className={classes.list}>
        {healthProblems.map((p) => (
          <li key={`${p.entity} ${p.title}`}>
            <strong>{p.entity}:</strong> {p.title} {p.action}
          </li>
        ))}
      </ul>
    </Alert>
  )
}

export function HealthSection({ health }: { health: ChannelHealth }) {
  const { t } = useTranslation('channelHealth')
  const tiles = useTiles(health)
  const { checkedAt, canSend, healthProblems, restrictions } = health
  return (
    <Section
      title={t('health.title')}
      text={t('health.text')}
      actions={<span className={classes.checked}>{checkedAt === null ? t('neverChecked') : t('checked', { when: formatRelative(checkedAt) })}</span>}
    >
      <Stack gap="md">
        {(healthProblems.length > 0 || (canSend !== null && canSend !== 'AVAILABLE')) && <Problems health={health} />}
        {restrictions.length > 0 && <Restrictions restrictions={restrictions} />}
        <Tiles tiles={tiles} />
      </Stack>
    </Section>
  )
}
