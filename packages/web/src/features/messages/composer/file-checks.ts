import { MEDIA_LIMITS, type MediaKind } from '@atende/contracts/media'

export type FileFacts = Pick<File, 'name' | 'type' | 'size'>
export type FileNote = 'photoFormat' | 'videoFormat' | 'stickerLarge' | 'photoLarge' | null

export type FilePlan = {
  /** How it goes unless the person chooses another of `options`. */
  kind: MediaKind
  options: MediaKind[]
  note: FileNote
  /** Why it cannot go at all. */
  refusal: 'tooLarge' | 'empty' | null
}

const plainType = (type: string): string => type.split(';')[0]?.trim().toLowerCase() ?? ''
const fits = (kind: MediaKind, { size }: FileFacts): boolean => size <= MEDIA_LIMITS[kind].maxBytes
const allowed = (kind: MediaKind, file: FileFacts): boolean => MEDIA_LIMITS[kind].mimes.includes(plainType(file.type))

/** A picture that WhatsApp would not show: the browser redraws it as JPEG before it is sent as a photo. */
export const needsJpeg = (file: FileFacts, kind: MediaKind): boolean => kind === 'image' && !(allowed('image', file) && fits('image', file))

const plan = (kind: MediaKind, options: MediaKind[], note: FileNote = null): FilePlan => ({ kind, options, note, refusal: null })

const planPicture = (file: FileFacts): FilePlan => {
  if (allowed('sticker', file) && fits('sticker', file)) return plan('image', ['image', 'sticker', 'document'], 'photoFormat')
  if (!allowed('image', file)) return plan('image', ['image', 'document'], 'photoFormat')
  return fits('image', file) ? plan('image', ['image', 'document']) : plan('image', ['image', 'document'], 'photoLarge')
}

const planByType = (file: FileFacts): FilePlan => {
  const type = plainType(file.type)
  if (type.startsWith('image/') && type !== 'image/svg+xml') return planPicture(file)
  if (type.startsWith('video/')) {
    return allowed('video', file) && fits('video', file) ? plan('video', ['video', 'document']) : plan('document', ['document'], 'videoFormat')
  }
  if (allowed('audio', file) && fits('audio', file)) return plan('audio', ['audio', 'document'])
  return plan('document', ['document'])
}

/** What WhatsApp would accept of a file, before a byte is uploaded. `wanted` is the menu entry it was picked from. */
export const planFile = (file: FileFacts, wanted: 'media' | 'document' | 'sticker' | null): FilePlan => {
  const chosen = planWanted(file, wanted)
  if (file.size === 0) return { ...chosen, refusal: 'empty' }
  return fits('document', file) ? chosen : { ...chosen, kind: 'document', options: ['document'], refusal: 'tooLarge' }
}

const planWanted = (file: FileFacts, wanted: 'media' | 'document' | 'sticker' | null): FilePlan => {
  const byType = planByType(file)
  if (wanted === 'document') return { ...byType, kind: 'document', note: null, options: [...new Set<MediaKind>(['document', ...byType.options])] }
  if (wanted !== 'sticker') return byType
  if (allowed('sticker', file) && fits('sticker', file)) return { ...byType, kind: 'sticker', note: null }
  return allowed('sticker', file) ? { ...byType, kind: 'document', note: 'stickerLarge' } : byType
}

export const takesCaption = (kind: MediaKind): boolean => kind === 'image' || kind === 'video' || kind === 'document'
