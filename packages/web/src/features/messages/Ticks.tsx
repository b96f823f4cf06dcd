import type { Message, MessageStatus } from '@atende/contracts/messages'
import { Tooltip } from '@mantine/core'
import { Check, CheckCheck, CircleAlert, CircleQuestionMark, Clock3, type LucideIcon } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatTime } from '../../lib/time.ts'
import classes from './Ticks.module.css'

const ICONS: Record<MessageStatus, LucideIcon | null> = {
  received: null,
  queued: Clock3,
  sending: Clock3,
  sent: Check,
  delivered: CheckCheck,
  read: CheckCheck,
  played: CheckCheck,
  failed: CircleAlert,
  unknown: CircleQuestionMark,
}

export function StatusIcon({ status, size = 15 }: { status: MessageStatus; size?: number }) {
  const { t } = useTranslation('messages')
  const Icon = ICONS[status]
  return Icon ? <Icon size={size} className={classes.icon} data-status={status} role="img" aria-label={t(`status.${status}`)} /> : null
}

const STEPS = ['sent', 'delivered', 'read', 'played', 'failed'] as const

const isToday = (at: string) => new Date(at).toDateString() === new Date().toDateString()

const CATEGORIES = ['marketing', 'marketing_lite', 'utility', 'authentication', 'authentication_international', 'service', 'referral_conversion'] as const

/** What Meta counts the message as, which decides its price. */
function Price({ pricing }: { pricing: NonNullable<Message['pricing']> }) {
  const { t } = useTranslation('messages')
  const category = CATEGORIES.find((c) => c === pricing.category)
  const name = category ? t(`category.${category}`) : pricing.category
  return (
    <span className={classes.step}>
      <span>{t('priced.label')}</span>
      <span>
        {name} {pricing.type.startsWith('free') && t('priced.free')}
      </span>
    </span>
  )
}

/** The ticks people know, with the time of each step. */
export function Ticks({ message }: { message: Message }) {
  const { t } = useTranslation('messages')
  const steps = STEPS.flatMap((step) => {
    const at = message.statusTimes[step]
    return at ? [{ step, at }] : []
  })
  const label =
    steps.length === 0 && !message.pricing ? (
      t(`status.${message.status}`)
    ) : (
      <span className={classes.steps}>
        {steps.map(({ step, at }) => (
          <span key={step} className={classes.step}>
            <span>{t(`status.${step}`)}</span>
            <time dateTime={at}>{isToday(at) ? formatTime(at) : formatDateTime(at)}</time>
          </span>
        ))}
        {message.pricing && <Price pricing={message.pricing} />}
      </span>
    )
  return (
    <Tooltip label={label} position="top-end">
      <span className={classes.tick}>
        <StatusIcon status={message.status} />
      </span>
    </Tooltip>
  )
}
