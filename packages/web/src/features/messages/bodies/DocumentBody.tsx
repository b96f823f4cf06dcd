import type { Media } from '@atende/contracts/media'
import { Download, FileText } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useFreshMedia } from '../use-fresh-media.ts'
import classes from './bodies.module.css'
import { formatSize } from './file-size.ts'
import { MediaPlaceholder } from './MediaPlaceholder.tsx'

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

export function DocumentBody({ media: given }: { media: Media }) {
  const { t } = useTranslation('messages')
  const { media, broken, retry } = useFreshMedia(given)
  const name = media.filename ?? t('media.file')
  if (media.status !== 'stored' || !media.url || broken) {
    return (
      <span className={classes.document}>
        <MediaPlaceholder media={media} broken={broken} onRetry={retry} wide />
        <span className={classes.fileName}>{name}</span>
      </span>
    )
  }
  const facts = [extensionOf(media), media.size === null ? '' : formatSize(media.size)].filter((fact) => fact !== '')
  return (
    <a className={classes.file} href={media.url} download={name} target="_blank" rel="noopener noreferrer" title={t('media.openFile', { name })}>
      <span className={classes.fileIcon}>
        <FileText size={20} aria-hidden />
      </span>
      <span className={classes.fileWords}>
        <span className={classes.fileName}>{name}</span>
        <span className={classes.fileFacts}>{facts.join(' · ')}</span>
      </span>
      <Download size={17} aria-hidden className={classes.fileDownload} />
    </a>
  )
}
