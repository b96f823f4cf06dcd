import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { ChatMessage } from '../src/emulator-types.ts'
import { isObject, type JsonObject, readObject, readText } from '../src/json.ts'

const NAMES: Record<string, string> = {
  image: 'Foto',
  video: 'Vídeo',
  audio: 'Áudio',
  document: 'Documento',
  sticker: 'Figurinha',
  location: 'Localização',
  contacts: 'Contato',
  template: 'Mensagem modelo',
  order: 'Pedido',
  unsupported: 'Mensagem não suportada',
}

/** The content as an object; empty when it is of another kind. */
export function contentOf(message: ChatMessage): JsonObject {
  return isObject(message.content) ? message.content : {}
}

/** One line about a message, for quotes. */
export function describeMessage(message: PhoneMessage): string {
  if (message.deletedAt) return 'Mensagem apagada'
  const content = contentOf(message)
  const text =
    readText(content, 'body') ??
    readText(content, 'caption') ??
    readText(readObject(content, 'body'), 'text') ??
    readText(readObject(content, 'button_reply'), 'title') ??
    readText(readObject(content, 'list_reply'), 'title') ??
    readText(content, 'text') ??
    readText(content, 'filename')
  const name = NAMES[message.type]
  if (name && text) return `${name}: ${text}`
  return text ?? name ?? 'Mensagem'
}
