import type { MessageContent } from '@atende/contracts/messages'
import { MessageCircleQuestionMark, MousePointerClick } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { AudioBody } from './AudioBody.tsx'
import classes from './bodies.module.css'
import { ContactsBody } from './ContactsBody.tsx'
import { DocumentBody } from './DocumentBody.tsx'
import { ImageBody, StickerBody, VideoBody } from './ImageBody.tsx'
import { LocationBody } from './LocationBody.tsx'
import { TextBody } from './TextBody.tsx'

function ButtonReply({ title }: { title: string }) {
  const { t } = useTranslation('messages')
  return (
    <span className={classes.buttonReply}>
      <span className={classes.fileFacts}>
        <MousePointerClick size={12} aria-hidden /> {t('buttonReply')}
      </span>
      <span className={classes.text}>{title}</span>
    </span>
  )
}

function Unsupported({ original }: { original: string }) {
  const { t } = useTranslation('messages')
  return (
    <span className={classes.unsupported}>
      <MessageCircleQuestionMark size={16} aria-hidden />
      <span>{t('unsupported', { type: original })}</span>
    </span>
  )
}

const Caption = ({ text }: { text: string | undefined }) =>
  text ? (
    <span className={classes.caption}>
      <TextBody text={text} />
    </span>
  ) : null

export function MessageBody({ content, mine }: { content: MessageContent; mine: boolean }) {
  switch (content.type) {
    case 'text':
      return <TextBody text={content.text} />
    case 'image':
      return (
        <>
          <ImageBody media={content.media} caption={content.caption ?? ''} />
          <Caption text={content.caption} />
        </>
      )
    case 'video':
      return (
        <>
          <VideoBody media={content.media} />
          <Caption text={content.caption} />
        </>
      )
    case 'audio':
      return <AudioBody media={content.media} />
    case 'document':
      return (
        <>
          <DocumentBody media={content.media} />
          <Caption text={content.caption} />
        </>
      )
    case 'sticker':
      return <StickerBody media={content.media} />
    case 'location':
      return <LocationBody location={content.location} />
    case 'contacts':
      return <ContactsBody contacts={content.contacts} mine={mine} />
    case 'button_reply':
      return <ButtonReply title={content.title} />
    case 'unsupported':
      return <Unsupported original={content.original} />
    case 'activity':
      return null
  }
}
