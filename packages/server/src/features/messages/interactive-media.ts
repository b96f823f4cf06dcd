import type { MediaKind } from '@atende/contracts/media'
import { SendInteractive } from '@atende/contracts/messages'

/** The files inside an interactive message that we send, with the place of each. */
export function interactiveMedia(m: SendInteractive): { id: string; kind: MediaKind; path: string }[] {
  if (m.kind === 'carousel') return m.cards.map(({ header }, i) => ({ id: header.media, kind: header.kind, path: `cards.${i}.header.media` }))
  if (!('header' in m) || !m.header || m.header.kind === 'text') return []
  return [{ id: m.header.media, kind: m.header.kind, path: 'header.media' }]
}

/** The same of stored content. */
export const interactiveMediaIds = (content: unknown): string[] => {
  const parsed = SendInteractive.safeParse(content)
  return parsed.success ? interactiveMedia(parsed.data).map(({ id }) => id) : []
}
