import type { Conversation } from '@atende/contracts/conversations'
import { Hourglass, Timer, UserRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../../lib/session.ts'
import { formatRemaining, formatWaiting } from '../../../lib/time.ts'
import { windowState } from '../window.ts'
import classes from './ConversationRow.module.css'
import { TagPill } from './TagPill.tsx'

const SHOWN_TAGS = 2
const SHOWN_BESIDE_COUNTDOWN = 1

const MINUTE = 60_000

/** Since when the customer waits. The first minute is not counted in seconds: that would only hurry. */
export function Waiting({ since, now }: { since: string; now: number }) {
  const { t } = useTranslation('inbox')
  const fresh = now - Date.parse(since) < MINUTE
  const time = fresh ? t('row.waitingNow') : formatWaiting(since, now)
  return (
    <span className={classes.waiting} title={fresh ? time : t('row.waiting', { time })}>
      <Hourglass size={11} aria-hidden />
      <span aria-hidden>{time}</span>
      <span className={classes.hidden}>{fresh ? time : t('row.waiting', { time })}</span>
    </span>
  )
}

type RowSignsProps = { conversation: Conversation; now: number }

/** The third line of a row: who has it, tags, and how long free answers are still possible. */
export function RowSigns({ conversation, now }: RowSignsProps) {
  const { t } = useTranslation('inbox')
  const { user } = useMe()
  const { assignee, tags } = conversation
  const { closesSoon, expiresAt } = windowState(conversation, now)
  const shown = closesSoon ? SHOWN_BESIDE_COUNTDOWN : SHOWN_TAGS
  const more = tags.length - shown
  return (
    <span className={classes.signs}>
      {closesSoon && expiresAt && (
        <span className={classes.window} title={t('row.window', { time: formatRemaining(expiresAt, now) })}>
          <Timer size={12} aria-hidden />
          {t('row.windowShort', { time: formatRemaining(expiresAt, now) })}
        </span>
      )}
      {tags.slice(0, shown).map((tag) => (
        <TagPill key={tag.id} tag={tag} />
      ))}
      {more > 0 && (
        <span className={classes.more} title={tags.map((tag) => tag.name).join(', ')}>
          +{more}
          <span className={classes.hidden}>{t('row.moreTags', { count: more })}</span>
        </span>
      )}
      {assignee && assignee.id !== user.id && (
        <span className={classes.assignee} title={t('row.assignee', { name: assignee.name })}>
          <UserRound size={12} aria-hidden />
          <span className={classes.hidden}>{t('row.assignee', { name: '' })}</span>
          <span className={classes.words}>{assignee.name.split(' ')[0]}</span>
        </span>
      )}
    </span>
  )
}
