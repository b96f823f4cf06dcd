import type { Message } from '@atende/contracts/messages'
import type { MessageRow, TimelineRow } from './timeline.ts'

/** Photos that somebody sent in a row, shown side by side. */
export type AlbumRow = { kind: 'album'; key: string; messages: Message[]; first: boolean; last: boolean }

/** Two are still read as two messages. */
const AT_LEAST = 3

/** A photo that says nothing beside itself: whatever has words, an answer or a reaction keeps a bubble of its own. */
const isPlainPhoto = ({ message, entry }: MessageRow): boolean =>
  entry === null &&
  message.direction === 'in' &&
  message.content.type === 'image' &&
  message.content.media.status === 'stored' &&
  !message.content.caption &&
  message.quoted === null &&
  message.reactions.length === 0 &&
  !message.forwarded &&
  !message.revokedAt &&
  !message.referral &&
  !message.product

const asAlbum = (photos: readonly MessageRow[]): TimelineRow[] => {
  const [head, tail] = [photos[0], photos.at(-1)]
  if (!head || !tail || photos.length < AT_LEAST) return [...photos]
  return [{ kind: 'album', key: head.key, messages: photos.map(({ message }) => message), first: head.first, last: tail.last }]
}

/** Folds plain photos of one run into albums; everything else stays as it is. */
export const foldAlbums = (rows: readonly TimelineRow[]): TimelineRow[] => {
  const folded: TimelineRow[] = []
  let photos: MessageRow[] = []
  const close = (): void => {
    folded.push(...asAlbum(photos))
    photos = []
  }
  for (const row of rows) {
    const photo = row.kind === 'message' && isPlainPhoto(row) ? row : null
    if (photo === null || photo.first) close()
    if (photo === null) folded.push(row)
    else photos.push(photo)
  }
  close()
  return folded
}
