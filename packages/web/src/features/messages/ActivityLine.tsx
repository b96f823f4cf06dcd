import type { Message } from '@atende/contracts/messages'
import { PhoneIncoming, PhoneMissed, PhoneOutgoing } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatDuration, formatTime } from '../../lib/time.ts'
import { formatPhone } from '../contacts/format-phone.ts'
import classes from './Timeline.module.css'
import { usePreview } from './use-preview.ts'

type Details = Record<string, string | null>

const PAYMENTS: Record<string, 'paymentCaptured' | 'paymentPending' | 'paymentFailed'> = {
  captured: 'paymentCaptured',
  pending: 'paymentPending',
  failed: 'paymentFailed',
}

/** Each kind of line by its name on the server; a name of tomorrow is shown as it is. */
const useSentence = () => {
  const { t } = useTranslation('activity')
  return (activity: string, details: Details): string => {
    const { by, seconds, summary, direction } = details
    const word = (key: string): string => details[key] ?? ''
    const [to, tag, from, name, other] = [word('to'), word('tag'), word('from'), word('name'), word('other')]
    const handedOver = (line: string): string => (summary ? t('withSummary', { line, summary }) : line)
    const sentences: Record<string, () => string> = {
      assigned: () => (by ? (by === to ? t('assignedSelf', { by }) : t('assigned', { by, to })) : t('assignedAuto', { to })),
      unassigned: () => (by ? t('unassigned', { by }) : t('unassignedAuto')),
      resolved: () => (by ? t('resolved', { by }) : t('resolvedAuto')),
      reopened: () => (by ? t('reopened', { by }) : t('reopenedAuto')),
      opened: () => (by ? t('opened', { by }) : t('openedAuto')),
      tagged: () => (by ? t('tagged', { by, tag }) : t('taggedAuto', { tag })),
      untagged: () => (by ? t('untagged', { by, tag }) : t('untaggedAuto', { tag })),
      taken_over: () => (by ? t('tookOver', { by }) : t('tookOverAuto')),
      merged: () => (by ? t('merged', { by, name, other }) : t('mergedAuto', { name, other })),
      split: () => (by ? t('split', { by, name, other }) : t('splitAuto', { name, other })),
      number_changed: () => (from && to ? t('numberChanged', { from: formatPhone(from), to: formatPhone(to) }) : t('numberChangedShort')),
      id_changed: () => t('idChanged'),
      identity_changed: () => t('identityChanged'),
      call: () => t('call'),
      call_missed: () => (direction === 'out' ? t('callMissedOut') : t('callMissed')),
      call_answered: () => t('callAnswered', { length: formatDuration(Number(seconds ?? 0) * 1000) }),
      payment: () => t(PAYMENTS[word('status')] ?? 'paymentPending', { reference: word('reference') }),
      control_passed: () => handedOver(t('controlPassed')),
      control_taken: () => handedOver(t('controlTaken')),
    }
    const sentence = Object.hasOwn(sentences, activity) ? sentences[activity] : undefined
    return sentence ? sentence() : t('other', { name: activity })
  }
}

function CallIcon({ activity, direction }: { activity: string; direction: string | null | undefined }) {
  if (activity === 'call_missed') return <PhoneMissed size={13} aria-hidden className={classes.activityIcon} data-tone="harm" />
  if (activity !== 'call' && activity !== 'call_answered') return null
  const Icon = direction === 'out' ? PhoneOutgoing : PhoneIncoming
  return <Icon size={13} aria-hidden className={classes.activityIcon} />
}

export function ActivityLine({ message }: { message: Message }) {
  const sentence = useSentence()
  const { textOf } = usePreview()
  const { content } = message
  return (
    <p className={classes.activity}>
      <span>
        {content.type === 'activity' && <CallIcon activity={content.activity} direction={content.details.direction} />}
        {content.type === 'activity' ? sentence(content.activity, content.details) : textOf(content)}
      </span>
      <time dateTime={message.at} title={formatDateTime(message.at)}>
        {formatTime(message.at)}
      </time>
    </p>
  )
}
