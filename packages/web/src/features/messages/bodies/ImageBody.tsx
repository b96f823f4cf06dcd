import type { Media } from '@atende/contracts/media'
import { Loader } from '@mantine/core'
import { Video } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useThread } from '../thread-context.ts'
import { useFreshMedia } from '../use-fresh-media.ts'
import { boxOf } from './box.ts'
import { MediaPlaceholder } from './MediaPlaceholder.tsx'
import classes from './media.module.css'
import { formatClock } from './use-player.ts'

/** Formats that only some browsers show: the server makes a JPEG of them within seconds. */
const isRare = ({ mime }: Media): boolean => /^image\/(hei[cf]|tiff)/.test(mime)

/** The box has its final size before the picture comes, so nothing jumps; a blurred one fills it until then. */
export function ImageBody({ media: given, caption }: { media: Media; caption: string }) {
  const { t } = useTranslation('media')
  const { openImage } = useThread()
  const { media, broken, onError, retry } = useFreshMedia(given)
  const source = media.thumbnailUrl ?? (isRare(media) ? null : media.url)
  const [loaded, setLoaded] = useState<string | null>(null)
  if (media.status !== 'stored' || !media.url || broken) {
    return <MediaPlaceholder media={media} broken={broken || media.status === 'stored'} onRetry={retry} />
  }
  const label = caption === '' ? t('picture') : t('pictureWith', { caption })
  return (
    <button type="button" className={classes.picture} style={boxOf(media)} aria-label={label} onClick={() => openImage(media, caption)}>
      {media.blur && loaded !== source && <img className={classes.blur} src={media.blur} alt="" aria-hidden draggable={false} />}
      {source ? (
        <img
          className={classes.sharp}
          // Without a blurred one below there is nothing to fade from.
          data-loading={(media.blur !== null && loaded !== source) || undefined}
          src={source}
          alt={label}
          loading="lazy"
          decoding="async"
          draggable={false}
          onLoad={() => setLoaded(source)}
          onError={onError}
        />
      ) : (
        <span className={classes.preparing} role="status">
          <Loader size={12} color="white" />
          {t('state.preparing')}
        </span>
      )}
    </button>
  )
}

export function StickerBody({ media: given }: { media: Media }) {
  const { t } = useTranslation('messages')
  const { media, broken, onError, retry } = useFreshMedia(given)
  if (media.status !== 'stored' || !media.url || broken) return <MediaPlaceholder media={media} broken={broken} onRetry={retry} />
  return <img className={classes.sticker} src={media.url} alt={t('media.sticker')} decoding="async" draggable={false} onError={onError} />
}

export function VideoBody({ media: given }: { media: Media }) {
  const { t } = useTranslation('messages')
  const { media, broken, onError, retry } = useFreshMedia(given)
  // Where the file did not tell its shape beforehand, the player does.
  const [shape, setShape] = useState<Pick<Media, 'width' | 'height'>>(media)
  const [started, setStarted] = useState(false)
  if (media.status !== 'stored' || !media.url || broken) return <MediaPlaceholder media={media} broken={broken} onRetry={retry} />
  return (
    <span className={classes.videoFrame}>
      {/* biome-ignore lint/a11y/useMediaCaption: customers' videos come without captions */}
      <video
        className={classes.video}
        style={boxOf(media.width ? media : shape)}
        // The first picture instead of a black box, also on phones.
        src={media.url.startsWith('blob:') ? media.url : `${media.url}#t=0.05`}
        controls
        playsInline
        preload="metadata"
        aria-label={t('media.video')}
        onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) => videoWidth > 0 && setShape({ width: videoWidth, height: videoHeight })}
        onPlay={() => setStarted(true)}
        onError={onError}
      />
      {!started && media.durationSeconds !== null && (
        <span className={classes.length}>
          <Video size={12} aria-hidden />
          {formatClock(media.durationSeconds)}
        </span>
      )}
    </span>
  )
}
