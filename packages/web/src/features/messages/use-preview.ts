import type { MessageContent } from '@atende/contracts/messages'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'
import { previewOf } from './preview.ts'

/** `revoked`: a message that whoever wrote it deleted, whatever it was. */
type NamedType = MessageContent['type'] | 'revoked'
const TYPES: readonly string[] = [
  'text',
  'image',
  'video',
  'audio',
  'document',
  'sticker',
  'location',
  'contacts',
  'button_reply',
  'flow_reply',
  'order',
  'call_permission',
  'interactive',
  'template',
  'activity',
  'unsupported',
  'erased',
  'unreadable',
  'revoked',
] satisfies NamedType[]

export const isContentType = (type: string): type is NamedType => TYPES.includes(type)

/** Words for a message in one line: its own text, else what kind of thing it is. */
export const usePreview = () => {
  const { t } = useTranslation('messages')
  const typeName = useCallback((type: string) => t(`type.${isContentType(type) ? type : 'unsupported'}`), [t])
  const textOf = useCallback(
    (content: MessageContent): string => {
      if (content.type === 'audio' && content.media.voice) return t('type.voice')
      return previewOf(content) || typeName(content.type)
    },
    [t, typeName],
  )
  return { textOf, typeName }
}
