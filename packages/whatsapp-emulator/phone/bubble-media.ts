import type { ChatMessage } from '../src/emulator-types.ts'
import { isObject, type JsonObject, readObject, readObjects, readText } from '../src/json.ts'
import { buildAudio } from './audio-player.ts'
import { initialsOf } from './chat-context.ts'
import { contentOf } from './describe-message.ts'
import { h, type IconName, icon } from './dom.ts'
import { drawMap } from './draw-map.ts'
import { formatPhone } from './format-phone.ts'
import { formatSize } from './format-time.ts'

/** Where the page gets the file of a media object, or null when there is none to show. */
function addressOf(content: JsonObject): string | null {
  const id = readText(content, 'id') ?? (typeof content.id === 'number' ? String(content.id) : undefined)
  return id ? `/control/media/${encodeURIComponent(id)}` : null
}

/** The part of a bubble that shows a file, place or contact; null for a type that has none. */
export function buildMedia(message: ChatMessage): HTMLElement | null {
  const content = contentOf(message)
  const address = addressOf(content)
  if (message.type === 'location') return buildPlace(content)
  if (message.type === 'contacts') return buildCards(message)
  if (!['image', 'video', 'audio', 'sticker', 'document'].includes(message.type)) return null
  if (!address) return buildMissing(readText(content, 'link') ? 'Baixando…' : 'Arquivo indisponível')
  if (message.type === 'audio') return buildAudio(message, address)
  if (message.type === 'image') return buildPicture(address, readText(content, 'caption') ?? 'Foto')
  if (message.type === 'sticker') return h('img', { class: 'sticker', src: address, alt: 'Figurinha' })
  if (message.type === 'video') return h('video', { src: address, controls: true, preload: 'metadata', playsinline: true, 'aria-label': 'Vídeo' })
  return buildDocument(address, content)
}

/** The header of an interactive message, a card or a template: text, file or place. */
export function buildHeader(header: JsonObject | undefined): Node[] {
  const type = readText(header, 'type')
  if (!header || !type) return []
  if (type === 'text') return [h('b', { class: 'head' }, readText(header, 'text') ?? '')]
  const content = readObject(header, type) ?? {}
  if (type === 'location') return [h('div', { class: 'head-media' }, buildPlace(content))]
  const address = addressOf(content)
  if (!address) return [h('div', { class: 'head-media' }, buildMissing(readText(content, 'link') ?? 'Arquivo do modelo', type === 'video' ? 'video' : 'image'))]
  const shown =
    type === 'image'
      ? buildPicture(address, 'Foto')
      : type === 'video'
        ? h('video', { src: address, controls: true, preload: 'metadata', playsinline: true, 'aria-label': 'Vídeo' })
        : buildDocument(address, content)
  return [h('div', { class: 'head-media' }, shown)]
}

function buildMissing(text: string, sign: IconName = 'clock'): HTMLElement {
  return h('div', { class: 'missing' }, icon(sign), text)
}

function buildPicture(address: string, label: string): HTMLElement {
  const image = h('img', { src: address, alt: label, loading: 'lazy', width: 264 })
  const open = (): void => {
    const viewer = h(
      'dialog',
      { class: 'viewer', 'aria-label': label },
      h('img', { src: address, alt: label }),
      h('form', { method: 'dialog' }, h('button', { class: 'button' }, 'Fechar')),
    )
    viewer.addEventListener('close', () => viewer.remove())
    viewer.addEventListener('click', (event) => event.target === viewer && viewer.close())
    document.body.append(viewer)
    viewer.showModal()
  }
  return h('button', { type: 'button', class: 'picture', 'aria-label': `Ampliar: ${label}`, onclick: open }, image)
}

function buildDocument(address: string, content: JsonObject): HTMLElement {
  const name = readText(content, 'filename') ?? 'Documento'
  const ending = (/\.([a-z0-9]{1,5})$/i.exec(name)?.[1] ?? readText(content, 'mime_type')?.split('/')[1] ?? 'arq').slice(0, 4).toUpperCase()
  const size = h('small', {}, ending)
  fetch(address, { method: 'HEAD' })
    .then((answer) => size.append(` · ${formatSize(Number(answer.headers.get('content-length') ?? 0))}`))
    .catch(() => {})
  return h(
    'a',
    { class: 'document', href: address, download: name },
    h('span', { class: 'sign', 'aria-hidden': 'true' }, ending),
    h('div', {}, h('b', {}, name), size),
    icon('download'),
  )
}

function buildPlace(content: JsonObject): HTMLElement {
  const latitude = Number(content.latitude)
  const longitude = Number(content.longitude)
  const name = readText(content, 'name') ?? 'Localização'
  const address = readText(content, 'address') ?? `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`
  return h('a', { class: 'place', href: `geo:${latitude},${longitude}` }, drawMap(latitude, longitude), h('div', {}, h('b', {}, name), h('small', {}, address)))
}

function buildCards(message: ChatMessage): HTMLElement {
  const contacts = Array.isArray(message.content) ? message.content.filter(isObject) : []
  const cards = contacts.map((contact) => {
    const name = readText(readObject(contact, 'name'), 'formatted_name') ?? 'Contato'
    const phone = readText(readObjects(contact, 'phones')[0], 'phone') ?? readText(readObjects(contact, 'emails')[0], 'email') ?? ''
    return h(
      'div',
      { class: 'card' },
      h('span', { class: 'avatar', 'aria-hidden': 'true' }, initialsOf(name)),
      h('div', {}, h('b', {}, name), h('small', {}, formatPhone(phone))),
    )
  })
  return h('div', {}, ...cards)
}
