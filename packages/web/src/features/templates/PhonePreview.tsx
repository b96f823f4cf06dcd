import type { ShownTemplate } from '@atende/contracts/templates'
import { ClipboardList, Copy, ExternalLink, FileText, Image as ImageIcon, List, MapPin, Phone, Reply, UserRound, Video } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { RichText } from '../messages/bodies/TextBody.tsx'
import classes from './PhonePreview.module.css'

type Header = NonNullable<ShownTemplate['header']>
type MediaHeader = Extract<Header, { media: unknown }>
type Button = ShownTemplate['buttons'][number]

const KIND_ICONS = { image: ImageIcon, video: Video, document: FileText }
const BUTTON_ICONS: Record<string, typeof Copy> = {
  url: ExternalLink,
  phone: Phone,
  voice_call: Phone,
  copy_code: Copy,
  otp: Copy,
  list: List,
  location: MapPin,
  contact: UserRound,
  flow: ClipboardList,
}

function MediaBox({ header: { kind, media } }: { header: MediaHeader }) {
  const { t } = useTranslation('templates')
  const Icon = KIND_ICONS[kind]
  const url = media?.thumbnailUrl ?? (kind === 'image' ? media?.url : null)
  if (kind === 'document') {
    return (
      <div className={classes.file}>
        <FileText size={22} aria-hidden />
        <span className={classes.fileName}>{media?.filename ?? t('preview.document')}</span>
      </div>
    )
  }
  if (kind === 'video' && media?.url) {
    // biome-ignore lint/a11y/useMediaCaption: a sample without sound that matters
    return <video className={classes.picture} src={media.url} preload="metadata" controls />
  }
  return url ? (
    <img className={classes.picture} src={url} alt={t(`preview.media.${kind}`)} />
  ) : (
    <div className={classes.noPicture}>
      <Icon size={30} strokeWidth={1.5} aria-hidden />
      <span>{t(`preview.media.${kind}`)}</span>
    </div>
  )
}

function HeaderView({ header }: { header: Header }) {
  const { t } = useTranslation('templates')
  if (header.kind === 'text') return <strong className={classes.title}>{header.text}</strong>
  if (header.kind !== 'location') return <MediaBox header={header} />
  return (
    <div className={classes.place}>
      <MapPin size={22} aria-hidden />
      <span>
        <strong>{header.name || t('preview.location')}</strong>
        {header.address && <span>{header.address}</span>}
      </span>
    </div>
  )
}

function Buttons({ buttons }: { buttons: readonly Button[] }) {
  return buttons.map((b, i) => {
    const Icon = BUTTON_ICONS[b.kind] ?? Reply
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: buttons stand by their place
      <span key={i} className={classes.button} title={b.url ?? b.phone ?? b.code ?? undefined}>
        <Icon size={15} aria-hidden />
        <span className={classes.buttonText}>{b.text || '…'}</span>
      </span>
    )
  })
}

type PhonePreviewProps = {
  shown: ShownTemplate
  offer?: string | null /** Without the wallpaper, inside of a dialog. */
  plain?: boolean
}

/** As it arrives: a bubble with everything filled in, on a quiet wallpaper. */
export function PhonePreview({ shown, offer = null, plain = false }: PhonePreviewProps) {
  const { t } = useTranslation('templates')
  return (
    <div className={classes.screen} data-plain={plain || undefined}>
      <div className={classes.bubble}>
        <div className={classes.words}>
          {shown.header !== null && <HeaderView header={shown.header} />}
          {offer !== null && (
            <div className={classes.offer}>
              <strong>{offer || '…'}</strong>
              <span>{t('preview.offerEnds')}</span>
            </div>
          )}
          <p className={classes.body}>{shown.body ? <RichText text={shown.body} /> : <span className={classes.empty}>{t('preview.empty')}</span>}</p>
          {shown.footer && <p className={classes.footer}>{shown.footer}</p>}
        </div>
        <Buttons buttons={shown.buttons} />
      </div>
      {shown.cards.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a strip that scrolls sideways must be reachable by keyboard
        <div className={classes.cards} tabIndex={0}>
          {shown.cards.map((card, i) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: cards stand by their place
            <div key={i} className={classes.card}>
              <div className={classes.words}>
                <MediaBox header={card.header} />
                {card.body && (
                  <p className={classes.body}>
                    <RichText text={card.body} />
                  </p>
                )}
              </div>
              <Buttons buttons={card.buttons} />
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
