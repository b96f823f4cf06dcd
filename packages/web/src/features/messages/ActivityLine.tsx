import type { Message } from '@atende/contracts/messages'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatTime } from '../../lib/time.ts'
import classes from './Timeline.module.css'
import { usePreview } from './use-preview.ts'

type Details = Record<string, string | null>

const useSentence = () => {
  const { t } = useTranslation('messages')
  return (activity: string, details: Details): string => {
    const { by, to: toName, tag: tagName } = details
    const to = toName ?? ''
    const tag = tagName ?? ''
    switch (activity) {
      case 'assigned':
        if (!by) return t('activity.assignedAuto', { to })
        return by === to ? t('activity.assignedSelf', { by }) : t('activity.assigned', { by, to })
      case 'unassigned':
      case 'resolved':
      case 'reopened':
      case 'opened':
        return by ? t(`activity.${activity}`, { by }) : t(`activity.${activity}Auto`)
      case 'tagged':
      case 'untagged':
        return by ? t(`activity.${activity}`, { by, tag }) : t(`activity.${activity}Auto`, { tag })
      default:
        return t('activity.other', { name: activity })
    }
  }
}

export function ActivityLine({ message }: { message: Message }) {
  const sentence = useSentence()
  const { textOf } = usePreview()
  const { content } = message
  return (
    <p className={classes.activity}>
      <span>{content.type === 'activity' ? sentence(content.activity, content.details) : textOf(content)}</span>
      <time dateTime={message.at} title={formatDateTime(message.at)}>
        {formatTime(message.at)}
      </time>
    </p>
  )
}
