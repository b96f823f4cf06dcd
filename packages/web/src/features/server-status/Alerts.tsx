import { type AlertChannelState, runbookFile, type ServerAlert, type ServerStatus } from '@atende/contracts/server-status'
import { Anchor, Button } from '@mantine/core'
import { BellRing, CircleAlert, CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { getLocale } from '../../lib/locale.ts'
import { formatDuration, formatRelative } from '../../lib/time.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Pill } from '../../ui/Pill.tsx'
import { Row, Section } from '../../ui/Section.tsx'
import { NotRead } from './NotRead.tsx'
import classes from './ServerStatus.module.css'
import { serverStatusTexts } from './server-status.texts.ts'
import { useTestAlert } from './use-server-status.ts'

function AlertPill({ alert }: { alert: ServerAlert }) {
  const { t } = useTranslation('serverStatus')
  if (alert.resolvedAt !== null) return <Pill tone="quiet">{t('alerts.over')}</Pill>
  const urgent = alert.severity === 'critical'
  const Icon = urgent ? CircleX : CircleAlert
  return (
    <Pill tone={urgent ? 'harm' : 'waiting'} icon={<Icon size={13} aria-hidden />}>
      {t(`alerts.${alert.severity}`)}
    </Pill>
  )
}

/** Where it is explained: to click on where the server knows an address, by its file otherwise. */
function Runbook({ alert, base }: { alert: ServerAlert; base: string | null }) {
  const { t } = useTranslation('serverStatus')
  const file = runbookFile(alert.runbook, getLocale())
  const words = t('alerts.runbook', { name: `deploy/runbooks/${file}` })
  if (base === null) return words
  return (
    <Anchor href={`${base.replace(/\/+$/, '')}/${file}`} target="_blank" rel="noopener noreferrer" fz="inherit">
      {words}
    </Anchor>
  )
}

function AlertRow({ alert, runbooks, now }: { alert: ServerAlert; runbooks: string | null; now: number }) {
  const { t } = useTranslation('serverStatus')
  const { title, todo } = alert.words[getLocale()]
  const over = alert.resolvedAt
  const when = formatRelative(alert.firingAt, now)
  const told = alert.toldTo.map((c) => t(`alerts.channel.${c}`)).join(', ') || t('alerts.notTold')
  const lasted = over === null ? 0 : Date.parse(over) - Date.parse(alert.firingAt)
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{title}</div>
        {over === null && <div className={classes.small}>{todo}</div>}
        <div className={classes.small}>
          {over === null ? t('alerts.since', { when }) : t('alerts.was', { when, time: formatDuration(lasted) })} · {told}
        </div>
        {over === null && (
          <div className={classes.small}>
            <Runbook alert={alert} base={runbooks} />
          </div>
        )}
      </div>
      <AlertPill alert={alert} />
    </Row>
  )
}

type ErrorName = keyof (typeof serverStatusTexts)['pt-BR']['alerts']['error']
/** `slack_refused_500` is `slack_refused` with its status. */
function errorName(code: string): ErrorName | undefined {
  const name = code.replace(/_\d{3}$/, '')
  return name in serverStatusTexts['pt-BR'].alerts.error ? (name as ErrorName) : undefined
}

const CHANNEL_STATES = {
  off: { tone: 'quiet', Icon: undefined },
  fails: { tone: 'harm', Icon: CircleX },
  untried: { tone: 'quiet', Icon: undefined },
  works: { tone: 'good', Icon: CircleCheck },
} as const

function stateOf({ on, okAt, error }: AlertChannelState): keyof typeof CHANNEL_STATES {
  if (!on) return 'off'
  if (error !== null) return 'fails'
  return okAt === null ? 'untried' : 'works'
}

/** What to do about it, or when it worked last. */
function ChannelText({ state: { channel, on, okAt, error }, now }: { state: AlertChannelState; now: number }) {
  const { t } = useTranslation('serverStatus')
  if (!on) return t('alerts.setBy', { name: t(`alerts.offText.${channel}`) })
  if (error !== null) return t(`alerts.error.${errorName(error) ?? 'other'}`, { code: error })
  return okAt === null ? '' : t('alerts.last', { when: formatRelative(okAt, now) })
}

function ChannelRow({ state, now }: { state: AlertChannelState; now: number }) {
  const { t } = useTranslation('serverStatus')
  const word = stateOf(state)
  const { tone, Icon } = CHANNEL_STATES[word]
  return (
    <Row>
      <div className={classes.words}>
        <div className={classes.name}>{t(`alerts.channel.${state.channel}`)}</div>
        <div className={classes.small}>
          <ChannelText state={state} now={now} />
        </div>
      </div>
      <Pill tone={tone} icon={Icon && <Icon size={13} aria-hidden />}>
        {t(`alerts.${word}`)}
      </Pill>
    </Row>
  )
}

export function Alerts({ alerts, runbooks, now }: Pick<ServerStatus, 'alerts' | 'runbooks'> & { now: number }) {
  const { t } = useTranslation('serverStatus')
  const test = useTestAlert()
  const send = (
    <Button variant="default" size="sm" leftSection={<BellRing size={15} aria-hidden />} loading={test.isPending} onClick={() => test.mutate()}>
      {t('alerts.test')}
    </Button>
  )
  return (
    <Section flush title={t('alerts.title')} text={t('alerts.text')} actions={send}>
      {alerts === null && <NotRead />}
      {alerts?.list.length === 0 && <EmptyState compact icon={<CircleCheck size={24} aria-hidden />} title={t('alerts.none')} text={t('alerts.noneText')} />}
      {alerts?.list.map((alert) => (
        <AlertRow key={alert.id} alert={alert} runbooks={runbooks} now={now} />
      ))}
      {alerts !== null && <div className={classes.sub}>{t('alerts.channels')}</div>}
      {alerts?.channels.map((state) => (
        <ChannelRow key={state.channel} state={state} now={now} />
      ))}
    </Section>
  )
}
