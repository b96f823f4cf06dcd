import type { Message } from '@atende/contracts/messages'
import { lazy, memo, Suspense, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatTime } from '../../lib/time.ts'
import classes from './Bubble.module.css'
import { BubbleActions } from './BubbleActions.tsx'
import { EditedMark, Origin, ProductSign, RevokedNotice } from './BubbleSigns.tsx'
import { MessageBody } from './bodies/MessageBody.tsx'
import type { OutboxEntry } from './outbox.ts'
import { Quoted } from './Quoted.tsx'
import { Reactions } from './Reactions.tsx'
import { isOnlyEmoji } from './rich-text.ts'
import { SendState } from './SendState.tsx'
import { Ticks } from './Ticks.tsx'
import { useThread } from './thread-context.ts'
import { useLongPress } from './use-long-press.ts'
import { usePreview } from './use-preview.ts'

const ReferralCard = lazy(() => import('./bodies/ReferralCard.tsx').then((m) => ({ default: m.ReferralCard })))

type BubbleProps = { message: Message; entry: OutboxEntry | null; first: boolean; last: boolean; flash: boolean; focusable: boolean }

/** No bubble around what is a picture by itself. */
const isBare = (message: Message): boolean =>
  message.quoted === null &&
  message.status !== 'failed' &&
  message.revokedAt === null &&
  message.referral === null &&
  message.product === null &&
  (message.content.type === 'sticker' || (message.content.type === 'text' && isOnlyEmoji(message.content.text)))

function Meta({ message }: { message: Message }) {
  return (
    <span className={classes.meta}>
      {message.editedAt && <EditedMark texts={message.earlierTexts} />}
      <time dateTime={message.at} title={formatDateTime(message.at)}>
        {formatTime(message.at)}
      </time>
      {message.direction === 'out' && <Ticks message={message} />}
    </span>
  )
}

const useActive = () => {
  const [hovered, setHovered] = useState(false)
  const [held, setHeld] = useState(false)
  const [choosing, setChoosing] = useState(false)
  const press = useLongPress(() => setHeld(true))
  const done = (): void => {
    setHovered(false)
    setHeld(false)
  }
  const events = {
    ...press,
    onPointerEnter: (event: { pointerType: string }) => event.pointerType === 'mouse' && setHovered(true),
    onPointerLeave: () => setHovered(false),
    onFocus: () => setHeld(true),
    onBlur: () => setHeld(false),
  }
  return { active: hovered || held || choosing, events, done, setChoosing }
}

/** What was said, or that it was deleted; what we kept of it only by a click. */
function Said({ message }: { message: Message }) {
  const [shown, setShown] = useState(false)
  const body = (
    <>
      {message.quoted && <Quoted quoted={message.quoted} />}
      {message.product && <ProductSign product={message.product} />}
      <MessageBody content={message.content} mine={message.direction === 'out'} />
    </>
  )
  if (!message.revokedAt) return body
  return (
    <>
      <RevokedNotice ours={message.direction === 'out'} shown={shown} onToggle={() => setShown(!shown)} />
      {shown && <div className={classes.kept}>{body}</div>}
    </>
  )
}

function Inside({ message, entry, bare }: { message: Message; entry: OutboxEntry | null; bare: boolean }) {
  return (
    <div className={classes.bubble} data-bare={bare || undefined} data-type={message.revokedAt ? 'revoked' : message.content.type}>
      <Origin message={message} />
      {message.referral && (
        <Suspense fallback={null}>
          <ReferralCard referral={message.referral} />
        </Suspense>
      )}
      <Said message={message} />
      <Meta message={message} />
      <SendState message={message} entry={entry} />
    </div>
  )
}

/** One message. Memoised: news about one do not redraw the others. */
export const Bubble = memo(function Bubble({ message, entry, first, last, flash, focusable }: BubbleProps) {
  const { t } = useTranslation('messages')
  const { userId, contactName, backToComposer } = useThread()
  const { textOf, typeName } = usePreview()
  const { active, events, done, setChoosing } = useActive()
  const ours = message.direction === 'out'
  const colleague = ours && message.sender && message.sender.id !== userId ? message.sender.name : null
  const author = message.author?.name ?? null
  const who = ours ? (colleague ?? t('by.you')) : (author ?? contactName)
  const words = message.revokedAt ? typeName('revoked') : textOf(message.content)
  const label = colleague ?? author
  return (
    <article
      className={classes.row}
      data-direction={message.direction}
      data-first={first || undefined}
      data-last={last || undefined}
      data-flash={flash || undefined}
      data-reacted={message.reactions.length > 0 || undefined}
      data-message={message.id}
      tabIndex={focusable ? 0 : -1}
      aria-label={`${who}, ${formatTime(message.at)}: ${words}`}
      {...events}
    >
      <div className={classes.column}>
        {first && label && <span className={classes.sender}>{label}</span>}
        <div className={classes.line}>
          <Inside message={message} entry={entry} bare={isBare(message)} />
          {active && !entry && (
            <BubbleActions
              message={message}
              onDone={() => {
                done()
                backToComposer()
              }}
              onOpenChange={setChoosing}
            />
          )}
        </div>
        {message.reactions.length > 0 && <Reactions message={message} />}
      </div>
    </article>
  )
})
