import type { Media } from '@atende/contracts/media'
import { ActionIcon } from '@mantine/core'
import { Download, X } from 'lucide-react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './Timeline.module.css'
import { useFreshMedia } from './use-fresh-media.ts'

type LightboxProps = { media: Media; caption: string; onClose: () => void }

/** A native dialog: the browser keeps the focus inside and Esc closes it. */
export function Lightbox({ media: given, caption, onClose }: LightboxProps) {
  const { t } = useTranslation('messages')
  const { media, onError } = useFreshMedia(given)
  const dialog = useRef<HTMLDialogElement>(null)
  const label = caption === '' ? t('media.image') : t('media.imageWith', { caption })
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog
      ref={dialog}
      aria-label={label}
      className={classes.lightbox}
      onClose={onClose}
      // Single keys must not reach the shortcuts of the page behind.
      onKeyDown={(event) => event.stopPropagation()}
      onClick={(event) => {
        if (event.target instanceof HTMLElement && event.target.tagName !== 'IMG') dialog.current?.close()
      }}
    >
      <div className={classes.lightboxBar}>
        <ActionIcon component="a" href={media.url ?? ''} download variant="transparent" c="inherit" size={40} aria-label={t('media.download')}>
          <Download size={20} aria-hidden />
        </ActionIcon>
        <ActionIcon variant="transparent" c="inherit" size={40} onClick={() => dialog.current?.close()} aria-label={t('media.close')}>
          <X size={22} aria-hidden />
        </ActionIcon>
      </div>
      <div className={classes.lightboxStage}>
        <img src={media.url ?? ''} alt={label} onError={onError} />
      </div>
      {caption !== '' && <p className={classes.lightboxCaption}>{caption}</p>}
    </dialog>
  )
}
