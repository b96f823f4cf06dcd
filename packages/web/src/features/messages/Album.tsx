import type { Media } from '@atende/contracts/media'
import type { Message } from '@atende/contracts/messages'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatTime } from '../../lib/time.ts'
import classes from './Album.module.css'
import type { AlbumRow } from './albums.ts'
import { BubbleActions } from './BubbleActions.tsx'
import { MediaPlaceholder } from './bodies/MediaPlaceholder.tsx'
import { useThread } from './thread-context.ts'
import { useFreshMedia } from './use-fresh-media.ts'

const SHOWN = 4

function Photo({ id, media: given, label, more }: { id: string; media: Media; label: string; more: number }) {
  const { openImage } = useThread()
  const { media, broken, onError, retry } = useFreshMedia(given)
  if (broken || !media.url) return <MediaPlaceholder media={media} broken onRetry={retry} />
  return (
    <button
      type="button"
      className={classes.photo}
      data-message={id}
      style={media.blur ? { backgroundImage: `url("${media.blur}")` } : undefined}
      aria-label={label}
      onClick={() => openImage(media, '')}
    >
      <img src={media.thumbnailUrl ?? media.url} alt="" loading="lazy" decoding="async" draggable={false} onError={onError} />
      {more > 0 && <span className={classes.more}>+{more}</span>}
    </button>
  )
}

/** Each photo is a message that can be answered and reacted to. */
function Tile({ message, label, more }: { message: Message; label: string; more: number }) {
  const { backToComposer } = useThread()
  const [active, setActive] = useState(false)
  const [choosing, setChoosing] = useState(false)
  if (message.content.type !== 'image') return null
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the pointer only shows the buttons, which the keyboard reaches by focus
    <div
      className={classes.tile}
      onPointerEnter={(event) => event.pointerType === 'mouse' && setActive(true)}
      onPointerLeave={() => setActive(false)}
      onFocus={() => setActive(true)}
      onBlur={(event) => !event.currentTarget.contains(event.relatedTarget) && setActive(false)}
    >
      <Photo id={message.id} media={message.content.media} label={label} more={more} />
      {(active || choosing) && (
        <BubbleActions
          message={message}
          onDone={() => {
            setActive(false)
            backToComposer()
          }}
          onOpenChange={setChoosing}
        />
      )}
    </div>
  )
}

/** Several photos in one bubble; the rest waits behind the fourth. */
export function Album({ row }: { row: AlbumRow }) {
  const { t } = useTranslation('media')
  const { contactName } = useThread()
  const { messages } = row
  const shown = messages.slice(0, messages.length > SHOWN ? SHOWN : messages.length)
  const newest = messages.at(-1)
  if (!newest) return null
  const count = messages.length
  return (
    <article className={classes.row} data-last={row.last || undefined} aria-label={`${contactName}, ${formatTime(newest.at)}: ${t('photos', { count })}`}>
      <div className={classes.bubble} data-first={row.first || undefined}>
        {row.first && newest.author && <span className={classes.author}>{newest.author.name}</span>}
        <div className={classes.grid} data-count={shown.length}>
          {shown.map((message, i) => (
            <Tile key={message.id} message={message} label={t('photoOf', { at: i + 1, count })} more={i === SHOWN - 1 ? count - SHOWN : 0} />
          ))}
        </div>
        <time className={classes.time} dateTime={newest.at} title={formatDateTime(newest.at)}>
          {formatTime(newest.at)}
        </time>
      </div>
    </article>
  )
}
