import { MessageCircleQuestionMark } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import classes from './bodies.module.css'

const ORIGINALS = [
  'button',
  'contacts',
  'edit',
  'errors',
  'gif',
  'group_invite',
  'hsm',
  'audio',
  'document',
  'image',
  'interactive',
  'keep_in_chat',
  'link_preview',
  'list',
  'location',
  'media_placeholder',
  'order',
  'pin',
  'poll_creation',
  'poll_update',
  'product',
  'reaction',
  'revoke',
  'sticker',
  'system',
  'template',
  'text',
  'unsupported',
  'video',
  'video_note',
] as const

/** A kind of message that cannot be shown: what it was in people's words, and why when WhatsApp said so. */
export function UnsupportedBody({ original, reason }: { original: string; reason: string | undefined }) {
  const { t } = useTranslation('rich')
  const known = ORIGINALS.find((o) => o === original)
  const what = known ? t(`unsupported.original.${known}`) : t('unsupported.original.other', { type: original })
  return (
    <span className={classes.unsupported}>
      <MessageCircleQuestionMark size={16} aria-hidden />
      <span>{reason ? `${t('unsupported.withReason', { what })} ${reason}` : t('unsupported.bare', { what })}</span>
    </span>
  )
}
