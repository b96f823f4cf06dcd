import type { Media } from '@atende/contracts/media'
import { ActionIcon } from '@mantine/core'
import { ChevronLeft, ChevronRight, Download, FileImage, X, ZoomIn, ZoomOut } from 'lucide-react'
import { type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { queryClient } from '../../lib/query.ts'
import { type Picture, picturesAround } from './lightbox-pictures.ts'
import { flattenMessages, type MessagesData } from './message-cache.ts'
import classes from './PictureViewer.module.css'
import { useFreshMedia } from './use-fresh-media.ts'

type ViewerProps = { media: Media; caption: string; onClose: () => void }

const loadedConversations = () =>
  queryClient.getQueriesData<MessagesData>({ queryKey: ['messages'] }).flatMap(([, data]) => (data?.pages ? [flattenMessages(data)] : []))

const quiet = { variant: 'transparent', c: 'inherit', size: 40 } as const

type StageProps = { picture: Picture; zoomed: boolean; onZoom: () => void; stage: RefObject<HTMLDivElement | null> }

function Stage({ picture, zoomed, onZoom, stage }: StageProps) {
  const { t } = useTranslation('media')
  const { media, onError } = useFreshMedia(picture.media)
  const label = picture.caption === '' ? t('picture') : t('pictureWith', { caption: picture.caption })
  useEffect(() => {
    const element = stage.current
    // From the middle, where people look.
    if (zoomed && element) element.scrollTo((element.scrollWidth - element.clientWidth) / 2, (element.scrollHeight - element.clientHeight) / 2)
  }, [zoomed, stage])
  return (
    <div ref={stage} className={classes.stage} data-zoomed={zoomed || undefined} data-close>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the button in the bar and the key + do the same */}
      <img
        key={media.id}
        src={media.url ?? ''}
        alt={label}
        style={media.thumbnailUrl ? { backgroundImage: `url("${media.thumbnailUrl}")` } : undefined}
        draggable={false}
        onClick={onZoom}
        onError={onError}
      />
    </div>
  )
}

function Bar({ media, zoomed, onZoom, onClose, place }: { media: Media; zoomed: boolean; onZoom: () => void; onClose: () => void; place: string }) {
  const { t } = useTranslation('media')
  return (
    <div className={classes.bar}>
      <span className={`${classes.place} tabular`}>{place}</span>
      <ActionIcon {...quiet} onClick={onZoom} aria-label={zoomed ? t('zoomOut') : t('zoomIn')} aria-pressed={zoomed}>
        {zoomed ? <ZoomOut size={20} aria-hidden /> : <ZoomIn size={20} aria-hidden />}
      </ActionIcon>
      {media.originalUrl && (
        <ActionIcon component="a" href={media.originalUrl} download {...quiet} aria-label={t('downloadOriginal')} title={t('downloadOriginal')}>
          <FileImage size={20} aria-hidden />
        </ActionIcon>
      )}
      <ActionIcon component="a" href={media.url ?? ''} download {...quiet} aria-label={t('download')}>
        <Download size={20} aria-hidden />
      </ActionIcon>
      <ActionIcon {...quiet} onClick={onClose} aria-label={t('close')}>
        <X size={22} aria-hidden />
      </ActionIcon>
    </div>
  )
}

/** Which photo is looked at; the list stays as it was when the viewer opened, so that nothing moves under the finger. */
const usePictures = (opened: Picture) => {
  const [{ pictures, at: start }] = useState(() => picturesAround(opened, loadedConversations()))
  const [at, setAt] = useState(start)
  const [zoomed, setZoomed] = useState(false)
  const go = (step: number): void => {
    const next = at + step
    if (next < 0 || next >= pictures.length) return
    setAt(next)
    setZoomed(false)
  }
  return { picture: pictures[at] ?? opened, at, count: pictures.length, go, zoomed, setZoomed }
}

const PAN = 120
const STEPS: Record<string, { x: number; y: number }> = {
  ArrowLeft: { x: -1, y: 0 },
  ArrowRight: { x: 1, y: 0 },
  ArrowUp: { x: 0, y: -1 },
  ArrowDown: { x: 0, y: 1 },
}
const zoomKeys: Record<string, boolean> = { '+': true, '=': true, '-': false }

/** All photos of the conversation, one at a time. A native dialog: the browser keeps the focus inside and Esc closes it. */
export function PictureViewer({ media, caption, onClose }: ViewerProps) {
  const { t } = useTranslation('media')
  const dialog = useRef<HTMLDialogElement>(null)
  const stage = useRef<HTMLDivElement>(null)
  const { picture, at, count, go, zoomed, setZoomed } = usePictures({ media, caption })
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const close = (): void => dialog.current?.close()
  const onKeyDown = (event: KeyboardEvent): void => {
    // Single keys must not reach the shortcuts of the page behind.
    event.stopPropagation()
    const step = STEPS[event.key]
    // Enlarged, the arrows move the photo; else they go to the next one.
    if (step && zoomed) stage.current?.scrollBy(step.x * PAN, step.y * PAN)
    else if (step && step.x !== 0) go(step.x)
    const zoom = zoomKeys[event.key]
    if (zoom !== undefined) setZoomed(zoom)
  }
  return (
    <dialog
      ref={dialog}
      aria-label={t('viewer')}
      className={classes.viewer}
      onClose={onClose}
      onKeyDown={onKeyDown}
      onClick={(event) => event.target instanceof HTMLElement && event.target.dataset.close !== undefined && close()}
    >
      <Bar
        media={picture.media}
        zoomed={zoomed}
        onZoom={() => setZoomed(!zoomed)}
        onClose={close}
        place={count > 1 ? t('position', { at: at + 1, count }) : ''}
      />
      <div className={classes.middle}>
        <Stage stage={stage} picture={picture} zoomed={zoomed} onZoom={() => setZoomed(!zoomed)} />
        {at > 0 && (
          <button type="button" className={classes.side} data-side="left" onClick={() => go(-1)} aria-label={t('previous')}>
            <ChevronLeft size={26} aria-hidden />
          </button>
        )}
        {at < count - 1 && (
          <button type="button" className={classes.side} data-side="right" onClick={() => go(1)} aria-label={t('next')}>
            <ChevronRight size={26} aria-hidden />
          </button>
        )}
      </div>
      {picture.caption !== '' && <p className={classes.caption}>{picture.caption}</p>}
    </dialog>
  )
}
