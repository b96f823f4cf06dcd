import type { MessageContent } from '@atende/contracts/messages'

/** One line of a message for quotes; empty when its type says it all (the reader adds the type's name). */
export const previewOf = (content: MessageContent): string => {
  switch (content.type) {
    case 'text':
      return content.text
    case 'image':
    case 'video':
      return content.caption ?? ''
    case 'document':
      return content.caption ?? content.media.filename ?? ''
    case 'location':
      return content.location.name ?? content.location.address ?? ''
    case 'contacts':
      return content.contacts.map((c) => c.name).join(', ')
    case 'button_reply':
      return content.title
    case 'flow_reply':
      return content.fields.map((f) => f.value).join(' · ')
    case 'order':
      return content.order.text ?? ''
    case 'interactive':
      return content.interactive.body
    case 'template':
      return content.template.body
    case 'audio':
    case 'sticker':
    case 'call_permission':
    case 'activity':
    case 'unsupported':
    case 'erased':
    case 'unreadable':
      return ''
  }
}
