import type { Conversation } from '@atende/contracts/conversations'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatRelative, formatRemaining, formatWaiting, useNow } from '../../../lib/time.ts'
import { windowState } from '../window.ts'
import classes from './DetailsPane.module.css'

function Fact({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className={classes.pair}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  )
}

export function ConversationFacts({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const now = useNow(30_000)
  const { open, expiresAt } = windowState(conversation, now)
  const windowText = () => {
    if (expiresAt === null) return t('details.windowNever')
    return open ? t('details.windowOpen', { time: formatRemaining(expiresAt, now) }) : t('details.windowClosed')
  }
  const moment = (at: string) => (
    <time dateTime={at} title={formatDateTime(at)}>
      {formatRelative(at, now)}
    </time>
  )
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>{t('details.about')}</h3>
      <dl className={classes.pairs}>
        <Fact label={t('details.channel')}>{conversation.channel.name}</Fact>
        <Fact label={t('details.opened')}>{moment(conversation.createdAt)}</Fact>
        {conversation.resolvedAt && <Fact label={t('details.resolvedAt')}>{moment(conversation.resolvedAt)}</Fact>}
        <Fact label={t('details.window')}>{windowText()}</Fact>
        {conversation.waitingSince && <Fact label={t('details.waiting')}>{formatWaiting(conversation.waitingSince, now)}</Fact>}
      </dl>
    </section>
  )
}
