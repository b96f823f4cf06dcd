import type { CustomerMessage } from '../src/emulator-types.ts'
import { attempt, uploadMedia } from './api-client.ts'
import { openCart } from './cart.ts'
import type { ChatContext } from './chat-context.ts'
import { h, type IconName, icon } from './dom.ts'
import { openForm } from './form-sheet.ts'
import { openPlaceForm, PLACES, sendPlace } from './send-place.ts'
import { buildContactCard } from './send-special.ts'
import { openSheet } from './sheet.ts'
import { openSpecialMenu } from './special-menu.ts'

type FileKind = 'image' | 'video' | 'document' | 'sticker' | 'audio'

/** Sends a file chosen on this computer. */
export async function sendFile(context: ChatContext, kind: FileKind, file: File, caption?: string): Promise<void> {
  const media = await uploadMedia(context.number.phoneNumberId, file, file.name, file.type || 'application/octet-stream')
  const extra = kind === 'document' ? { filename: file.name } : {}
  context.send({ type: kind, [kind]: { id: media.id, ...extra, ...(caption ? { caption } : {}) } } as CustomerMessage)
}

/** Which kind of message a file becomes when it is pasted or dropped. */
export function kindOfFile(file: File): FileKind {
  if (/^image\/(jpeg|png|webp|gif)$/.test(file.type)) return 'image'
  if (file.type.startsWith('video/')) return 'video'
  return file.type.startsWith('audio/') ? 'audio' : 'document'
}

/** The menu behind the plus sign: own files, place, contact, order, the rarer kinds, and ready examples. */
export function openAttachMenu(context: ChatContext): void {
  const choose = (kind: FileKind, accept: string): void => {
    const input = h('input', { type: 'file', accept })
    input.addEventListener('change', () => {
      const file = input.files?.[0]
      if (file) attempt(sendFile(context, kind, file), 'O arquivo não foi enviado')
    })
    close()
    input.click()
  }
  const sample = (kind: FileKind, extra: Record<string, string | boolean> = {}): void => {
    close()
    context.send({ type: kind, [kind]: { sample: kind, ...extra } } as CustomerMessage)
  }
  const closeAnd = (run: () => void) => (): void => {
    close()
    run()
  }
  const item = (sign: IconName, label: string, run: () => void): HTMLElement =>
    h('button', { type: 'button', onclick: run }, h('span', { class: 'sign' }, icon(sign, 23)), label)

  const close = openSheet(
    context.screen,
    'Enviar',
    h(
      'div',
      { class: 'attach-grid' },
      item('image', 'Imagem', () => choose('image', 'image/jpeg,image/png,image/webp')),
      item('video', 'Vídeo', () => choose('video', 'video/mp4,video/3gpp')),
      item('music', 'Áudio', () => choose('audio', 'audio/*')),
      item('file', 'Documento', () => choose('document', '*/*')),
      item('sticker', 'Figurinha', () => choose('sticker', 'image/webp')),
      item(
        'pin',
        'Localização',
        closeAnd(() => openPlaceForm(context)),
      ),
      item(
        'person',
        'Contato',
        closeAnd(() => openContactForm(context)),
      ),
      item(
        'cart',
        'Pedido',
        closeAnd(() => openCart(context)),
      ),
      item(
        'spark',
        'Mais tipos',
        closeAnd(() => openSpecialMenu(context)),
      ),
    ),
    h('h4', {}, 'Exemplos'),
    buildExamples(context, sample, closeAnd),
  )
}

function buildExamples(
  context: ChatContext,
  sample: (kind: FileKind, extra?: Record<string, string | boolean>) => void,
  closeAnd: (run: () => void) => () => void,
): HTMLElement {
  const example = (label: string, run: () => void): HTMLElement => h('button', { type: 'button', onclick: run }, label)
  const places = PLACES.map((place) => {
    const send = closeAnd(() => sendPlace(context, undefined, place))
    return example(place.name || 'Localização sem nome', send)
  })
  return h(
    'div',
    { class: 'examples' },
    example('Foto da praia', () => sample('image', { caption: 'Olha que vista! É esse o quarto?' })),
    example('Vídeo', () => sample('video')),
    example('Recado de voz', () => sample('audio', { voice: true })),
    example('Música', () => sample('audio', { sample: 'music' })),
    example('Comprovante (PDF)', () => sample('document', { filename: 'comprovante.pdf' })),
    example('Figurinha', () => sample('sticker')),
    example('Figurinha animada', () => sample('sticker', { sample: 'animatedSticker' })),
    ...places,
  )
}

function openContactForm(context: ChatContext): void {
  openForm(context.screen, {
    title: 'Enviar contato',
    submit: 'Enviar contato',
    fields: [
      { name: 'name', label: 'Nome', value: 'João Pereira', required: true },
      { name: 'phone', label: 'Telefone', value: '+55 21 99876-5432', type: 'tel' },
      { name: 'email', label: 'E-mail', value: '', type: 'email' },
    ],
    done: (values) => context.send(buildContactCard(values.name ?? '', values.phone ?? '', values.email)),
  })
}
