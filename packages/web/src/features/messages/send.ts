import { type Media, NOTHING_DERIVED } from '@atende/contracts/media'
import type { Interactive, Message, MessageContent, SendContent, SendInteractive, SendMessageInput } from '@atende/contracts/messages'
import { TemplatePreview } from '@atende/contracts/templates'
import { api } from '../../lib/api.ts'
import { enqueue, type LocalFile, newEntry } from './outbox-store.ts'
import { previewOf } from './preview.ts'

export type Quote = Message['quoted']

export const quoteOf = (message: Message): NonNullable<Quote> => ({
  id: message.id,
  direction: message.direction,
  type: message.content.type,
  preview: previewOf(message.content),
})

/** `preview` false: the first link goes without its card. */
export const sendText = (conversationId: string, text: string, quoted: Quote, preview = true): void =>
  enqueue(newEntry(conversationId, { content: { type: 'text', text, ...(preview ? {} : { preview }) }, shown: { type: 'text', text }, quoted }))

type Plain = Extract<SendMessageInput['content'], { type: 'location' | 'contacts' }>
export const sendPlain = (conversationId: string, content: Plain, quoted: Quote): void => enqueue(newEntry(conversationId, { content, shown: content, quoted }))

/** `shown` is the same message with its whole media instead of their ids. */
export const sendInteractive = (conversationId: string, interactive: SendInteractive, shown: Interactive, quoted: Quote): void =>
  enqueue(newEntry(conversationId, { content: { type: 'interactive', interactive }, shown: { type: 'interactive', interactive: shown }, quoted }))

/** The server fills the template once more to show it here at once. @throws ApiError when it cannot be filled */
export const sendTemplate = async (conversationId: string, content: Extract<SendContent, { type: 'template' }>): Promise<void> => {
  const body = { conversationId, values: content.values }
  const { shown } = await api(TemplatePreview, 'POST', `/api/templates/${content.templateId}/preview`, { body })
  enqueue(newEntry(conversationId, { content, shown: { type: 'template', template: shown }, quoted: null }))
}

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
  ...NOTHING_DERIVED,
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
