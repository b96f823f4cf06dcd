import type { Media } from '@atende/contracts/media'
import type { Message, MessageContent, SendMessageInput } from '@atende/contracts/messages'
import { enqueue, type LocalFile, newEntry } from './outbox-store.ts'
import { previewOf } from './preview.ts'

export type Quote = Message['quoted']

export const quoteOf = (message: Message): NonNullable<Quote> => ({
  id: message.id,
  direction: message.direction,
  type: message.content.type,
  preview: previewOf(message.content),
})

export const sendText = (conversationId: string, text: string, quoted: Quote): void =>
  enqueue(newEntry(conversationId, { content: { type: 'text', text }, shown: { type: 'text', text }, quoted }))

type Plain = Extract<SendMessageInput['content'], { type: 'location' | 'contacts' }>
export const sendPlain = (conversationId: string, content: Plain, quoted: Quote): void => enqueue(newEntry(conversationId, { content, shown: content, quoted }))

const localMedia = (local: LocalFile): Media => ({
  id: crypto.randomUUID(),
  kind: local.kind,
  mime: local.file.type || 'application/octet-stream',
  size: local.file.size,
  filename: local.kind === 'document' ? local.name : null,
  status: 'stored',
  width: local.width ?? null,
  height: local.height ?? null,
  url: URL.createObjectURL(local.file),
  voice: local.voice,
  animated: false,
})

const shownFile = (media: Media, caption: string): MessageContent => {
  const text = caption.trim() === '' ? {} : { caption: caption.trim() }
  switch (media.kind) {
    case 'image':
      return { type: 'image', media, ...text }
    case 'video':
      return { type: 'video', media, ...text }
    case 'document':
      return { type: 'document', media, ...text }
    case 'audio':
      return { type: 'audio', media }
    case 'sticker':
      return { type: 'sticker', media }
  }
}

export const sendFile = (conversationId: string, local: LocalFile, caption: string, quoted: Quote): void =>
  enqueue(newEntry(conversationId, { content: null, shown: shownFile(localMedia(local), caption), quoted }), local)
