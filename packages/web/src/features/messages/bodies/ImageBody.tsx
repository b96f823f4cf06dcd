import type { Media } from '@atende/contracts/media'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useThread } from '../thread-context.ts'
import { useFreshMedia } from '../use-fresh-media.ts'
import classes from './bodies.module.css'
import { boxOf } from './box.ts'
import { MediaPlaceholder } from './MediaPlaceholder.tsx'

/** The box has its final size before the picture comes, so nothing jumps. */
export function ImageBody({ media: given, caption }: { media: Media; caption: string }) {
  const { t } = useTranslation('messages')
  const { openImage } = useThread()
  const { media, broken, onError, retry } = useFreshMedia(given)
  const box = boxOf(media)
  if (media.status !== 'stored' || !media.url || broken) {
    return <MediaPlaceholder media={media} broken={broken || media.status === 'stored'} onRetry={retry} />
  }
  return (
    <button type="button" className={classes.picture} style={box} aria-label={t('media.openImage')} onClick={() => openImage(media, caption)}>
      <img
        src={media.url}
        alt={caption === '' ? t('media.image') : t('media.imageWith', { caption })}
        loading="lazy"
        decoding="async"
        draggable={false}
        onError={onError}
      />
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
  // WhatsApp does not tell a video's shape; the file does.
  const [shape, setShape] = useState<Pick<Media, 'width' | 'height'>>(media)
  if (media.status !== 'stored' || !media.url || broken) return <MediaPlaceholder media={media} broken={broken} onRetry={retry} />
  return (
    // biome-ignore lint/a11y/useMediaCaption: customers' videos come without captions
    <video
      className={classes.video}
      style={boxOf(shape)}
      src={media.url}
      controls
      preload="metadata"
      aria-label={t('media.video')}
      onLoadedMetadata={({ currentTarget: { videoWidth, videoHeight } }) => videoWidth > 0 && setShape({ width: videoWidth, height: videoHeight })}
      onError={onError}
    />
  )
}
