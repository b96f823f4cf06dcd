import type { Conversation, ConversationHit } from '@atende/contracts/conversations'
import { Link } from '@tanstack/react-router'
import { MessageCircle, Reply } from 'lucide-react'
import { memo } from 'react'
import { useTranslation } from 'react-i18next'
import { formatStamp } from '../../../lib/time.ts'
import { Avatar } from '../../../ui/Avatar.tsx'
import { Highlight, whole } from '../../../ui/Highlight.tsx'
import { formatPhone, shownName } from '../../contacts/format-phone.ts'
import { StatusIcon } from '../../messages/Ticks.tsx'
import { TypeIcon } from '../../messages/TypeIcon.tsx'
import { usePreview } from '../../messages/use-preview.ts'
import { windowState } from '../window.ts'
import classes from './ConversationRow.module.css'
import { RowSigns, Waiting } from './RowSigns.tsx'

type LastLineProps = { last: NonNullable<Conversation['lastMessage']> }

function LastLine({ last }: LastLineProps) {
  const { typeName } = usePreview()
  return (
    <>
      {last.direction === 'out' && <StatusIcon status={last.status} size={14} />}
      <TypeIcon type={last.type} />
      <span className={classes.words}>{last.preview || typeName(last.type)}</span>
    </>
  )
}

/** What answered the search: the words in a message, or the number by which the person was found. */
function HitLine({ hit, phone }: { hit: ConversationHit; phone: string | null }) {
  if (hit.message) {
    const { text, ranges, direction } = hit.message
    return (
      <>
        {direction === 'out' && <Reply size={13} aria-hidden />}
        <span className={classes.words}>
          <Highlight text={text} ranges={ranges} />
        </span>
      </>
    )
  }
  const shown = phone === null ? '' : formatPhone(phone)
  return (
    <span className={classes.words}>
      <Highlight text={shown} ranges={hit.contact?.by === 'phone' ? whole(shown) : []} />
    </span>
  )
}

type ConversationRowProps = { conversation: Conversation; open: boolean; now: number; index: number }

/** One customer in the list. Memoised: an event redraws only the rows it changes. */
export const ConversationRow = memo(function ConversationRow({ conversation, open, now, index }: ConversationRowProps) {
  const { t } = useTranslation('inbox')
  const { contact, lastMessage, unreadCount, waitingSince } = conversation
  const unread = unreadCount > 0
  const closesSoon = windowState(conversation, now).closesSoon
  const { hit } = conversation
  const name = shownName(contact.name)
  const shownAt = hit?.message?.at ?? conversation.lastActivityAt
  const byNumber = hit?.contact?.by === 'phone' && contact.phone !== null
  const showSigns = conversation.tags.length > 0 || closesSoon || conversation.assignee !== null
  return (
    <Link
      to="/conversas/$conversationId"
      params={{ conversationId: conversation.id }}
      search={(was) => ({ ...was, m: hit?.message?.id })}
      className={classes.row}
      data-open={open || undefined}
      data-unread={unread || undefined}
      data-row={index}
      aria-current={open ? 'true' : undefined}
      preload={false}
    >
      <span className={classes.face}>
        <Avatar name={contact.name} seed={contact.id} size={40} />
        <span className={classes.channel} title={`${t('row.whatsapp')}: ${conversation.channel.name}`}>
          <MessageCircle size={10} strokeWidth={2.6} aria-hidden />
        </span>
      </span>
      <span className={classes.main}>
        <span className={classes.top}>
          <span className={classes.name}>
            <Highlight text={name} ranges={name === contact.name ? (hit?.contact?.name ?? []) : []} />
          </span>
          {waitingSince && <Waiting since={waitingSince} now={now} />}
          <time className={classes.time} dateTime={shownAt}>
            {formatStamp(shownAt, now)}
          </time>
        </span>
        <span className={classes.bottom}>
          <span className={classes.last}>
            {hit && (hit.message || byNumber) ? (
              <HitLine hit={hit} phone={contact.phone} />
            ) : lastMessage ? (
              <LastLine last={lastMessage} />
            ) : (
              t('row.noMessage')
            )}
          </span>
          {unread && (
            <span className={classes.badge}>
              <span aria-hidden>{unreadCount > 99 ? '99+' : unreadCount}</span>
              <span className={classes.hidden}>{t('row.unread', { count: unreadCount })}</span>
            </span>
          )}
        </span>
        {showSigns && <RowSigns conversation={conversation} now={now} />}
      </span>
    </Link>
  )
})
