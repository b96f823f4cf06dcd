import type { Media } from '@atende/contracts/media'
import type { Message } from '@atende/contracts/messages'

export type Picture = { media: Media; caption: string }

/** The photos of these messages that can be looked at, in their order. */
export const picturesOf = (messages: readonly Message[]): Picture[] =>
  messages.flatMap(({ content }) =>
    content.type === 'image' && content.media.status === 'stored' && content.media.url !== null
      ? [{ media: content.media, caption: content.caption ?? '' }]
      : [],
  )

/** The loaded conversation that holds this photo; only the photo itself when none does (it is still being sent). */
export const picturesAround = (opened: Picture, conversations: readonly (readonly Message[])[]): { pictures: Picture[]; at: number } => {
  for (const messages of conversations) {
    const pictures = picturesOf(messages)
    const at = pictures.findIndex((p) => p.media.id === opened.media.id)
    if (at >= 0) return { pictures, at }
  }
  return { pictures: [opened], at: 0 }
}
