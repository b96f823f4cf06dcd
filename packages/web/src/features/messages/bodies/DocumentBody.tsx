import type { Media } from '@atende/contracts/media'
import { Download, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useFreshMedia } from '../use-fresh-media.ts'
import { fileIcon } from './file-icon.ts'
import { formatSize } from './file-size.ts'
import { MediaPlaceholder } from './MediaPlaceholder.tsx'
import classes from './media.module.css'

const extensionOf = ({ filename, mime }: Media): string => {
  const dot = filename?.lastIndexOf('.') ?? -1
  const ending =
    dot > 0
      ? filename?.slice(dot + 1)
      : mime
          .split('/')[1]
          ?.split(/[.+;-]/)
          .at(-1)
  return (ending ?? '').slice(0, 5).toUpperCase()
}

/** What browsers show in a tab of their own; the rest is saved. */
const opensHere = ({ mime, executable }: Media): boolean => !executable && /^(application\/pdf|image\/(jpeg|png|webp|gif)|audio\/|video\/)/.test(mime)

function FirstPage({ media, label, onError }: { media: Media; label: string; onError: () => void }) {
  if (!media.thumbnailUrl || !media.url) return null
  return (
    // The card's own link says the same; one stop for the keyboard is enough.
    <a className={classes.first} href={media.url} target="_blank" rel="noopener noreferrer" tabIndex={-1}>
      <img src={media.thumbnailUrl} alt={label} loading="lazy" decoding="async" draggable={false} onError={onError} />
    </a>
  )
}

export function DocumentBody({ media: given }: { media: Media }) {
  const { t } = useTranslation('media')
  const { media, broken, onError, retry } = useFreshMedia(given)
  const name = media.filename ?? t('file')
  if (media.status !== 'stored' || !media.url || broken) {
    return (
      <span className={classes.document}>
        <MediaPlaceholder media={media} broken={broken} onRetry={retry} wide />
        <span className={classes.name}>{name}</span>
      </span>
    )
  }
  const Icon = fileIcon(media)
  const facts = [media.pages === null ? '' : t('pages', { count: media.pages }), extensionOf(media), media.size === null ? '' : formatSize(media.size)]
    .filter((fact) => fact !== '')
    .join(' · ')
  const opens = opensHere(media)
  return (
    <div className={classes.card}>
      <FirstPage media={media} label={t('open', { name })} onError={onError} />
      <div className={classes.row}>
        <a
          className={classes.main}
          href={media.url}
          target="_blank"
          rel="noopener noreferrer"
          {...(opens ? {} : { download: name })}
          title={opens ? t('open', { name }) : t('save', { name })}
        >
          <span className={classes.icon} data-warn={media.executable || undefined}>
            <Icon size={20} aria-hidden />
          </span>
          <span className={classes.words}>
            <span className={classes.name}>{name}</span>
            <span className={classes.facts}>{facts}</span>
          </span>
        </a>
        <a className={classes.save} href={media.originalUrl ?? media.url} download={name} aria-label={t('save', { name })}>
          <Download size={17} aria-hidden />
        </a>
      </div>
      {media.executable && (
        <span className={classes.warning}>
          <TriangleAlert size={14} aria-hidden />
          {t('executable')}
        </span>
      )}
    </div>
  )
}
