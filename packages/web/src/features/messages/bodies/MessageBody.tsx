import type { MessageContent } from '@atende/contracts/messages'
import { Skeleton } from '@mantine/core'
import { MousePointerClick, Voicemail } from 'lucide-react'
import { lazy, Suspense } from 'react'
import { useTranslation } from 'react-i18next'
import { TypeIcon } from '../TypeIcon.tsx'
import { AudioBody } from './AudioBody.tsx'
import classes from './bodies.module.css'
import { ContactsBody } from './ContactsBody.tsx'
import { DocumentBody } from './DocumentBody.tsx'
import { ImageBody, StickerBody, VideoBody } from './ImageBody.tsx'
import { LocationBody } from './LocationBody.tsx'
import { TextBody } from './TextBody.tsx'

const RichBody = lazy(() => import('./RichBody.tsx').then((m) => ({ default: m.RichBody })))

type Reply = Extract<MessageContent, { type: 'button_reply' }>
function ButtonReply({ reply }: { reply: Reply }) {
  const { t } = useTranslation('messages')
  return (
    <span className={classes.buttonReply}>
      <span className={classes.fileFacts}>
        <MousePointerClick size={12} aria-hidden /> {t(`reply.${reply.by ?? 'button'}`)}
      </span>
      <span className={classes.text}>{reply.title}</span>
      {reply.description && <span className={classes.fileFacts}>{reply.description}</span>}
    </span>
  )
}

function VoicemailLabel() {
  const { t } = useTranslation('messages')
  return (
    <span className={classes.fileFacts}>
      <Voicemail size={12} aria-hidden /> {t('voicemail')}
    </span>
  )
}

const Caption = ({ text }: { text: string | undefined }) =>
  text ? (
    <span className={classes.caption}>
      <TextBody text={text} />
    </span>
  ) : null

/** A message that nobody can read (any more): its key was destroyed, or what is stored does not open. */
function Closed({ type }: { type: 'erased' | 'unreadable' }) {
  const { t } = useTranslation('messages')
  return (
    <span className={classes.unsupported}>
      <TypeIcon type={type} size={16} />
      <span>{t(`type.${type}`)}</span>
    </span>
  )
}

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
      return (
        <>
          {content.voicemail && <VoicemailLabel />}
          <AudioBody media={content.media} />
        </>
      )
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
      return <ContactsBody contacts={content.contacts} shared={content.origin === 'contact_request'} mine={mine} />
    case 'button_reply':
      return <ButtonReply reply={content} />
    case 'order':
    case 'flow_reply':
    case 'call_permission':
    case 'interactive':
    case 'template':
    case 'unsupported':
      return (
        <Suspense fallback={<Skeleton width={240} height={content.type === 'unsupported' ? 22 : 72} radius={8} />}>
          <RichBody content={content} />
        </Suspense>
      )
    case 'erased':
    case 'unreadable':
      return <Closed type={content.type} />
    case 'activity':
      return null
  }
}
