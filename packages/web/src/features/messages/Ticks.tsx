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

/** The ticks people know, with the time of each step. */
export function Ticks({ message }: { message: Message }) {
  const { t } = useTranslation('messages')
  const steps = STEPS.flatMap((step) => {
    const at = message.statusTimes[step]
    return at ? [{ step, at }] : []
  })
  const label =
    steps.length === 0 ? (
      t(`status.${message.status}`)
    ) : (
      <span className={classes.steps}>
        {steps.map(({ step, at }) => (
          <span key={step} className={classes.step}>
            <span>{t(`status.${step}`)}</span>
            <time dateTime={at}>{isToday(at) ? formatTime(at) : formatDateTime(at)}</time>
          </span>
        ))}
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
