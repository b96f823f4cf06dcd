import { interactiveMediaIds } from '../messages/interactive-media.ts'
import { templateMediaIds } from './fill-template.ts'

/** Our ids of every file that a message carries: its own, and those inside of buttons, cards and templates. */
export function mediaIdsOf(m: { type: string; mediaId: string | null; content: Record<string, unknown> }): string[] {
  const inside = m.type === 'interactive' ? interactiveMediaIds(m.content.interactive) : m.type === 'template' ? templateMediaIds(m.content.send) : []
  return [...new Set([...(m.mediaId ? [m.mediaId] : []), ...inside])]
}
