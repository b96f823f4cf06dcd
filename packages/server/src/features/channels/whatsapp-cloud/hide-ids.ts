import type { Understood } from './parse-webhook.ts'

type MarkOf = (realId: string) => string
type Common = Pick<Understood['messages'][number], 'providerId' | 'quotedProviderId' | 'reaction'>

/**
 * What was understood, with keyed hashes in place of the ids of messages: everything that follows compares these. The id itself goes
 * along as `realId`, to be sealed.
 */
export function hideIds(u: Understood, mark: MarkOf): Understood {
  const own = <T extends { providerId: string }>(x: T): T => ({ ...x, providerId: mark(x.providerId) })
  const targeted = <T extends { providerId: string; targetProviderId: string }>(x: T): T => ({ ...own(x), targetProviderId: mark(x.targetProviderId) })
  const message = <T extends Common>(m: T): T => ({
    ...own(m),
    quotedProviderId: m.quotedProviderId === null ? null : mark(m.quotedProviderId),
    reaction: m.reaction && { ...m.reaction, targetProviderId: mark(m.reaction.targetProviderId) },
  })
  return {
    ...u,
    identities: u.identities.map(own),
    messages: u.messages.map(message),
    echoes: u.echoes.map(message),
    happenings: u.happenings.map((h) => ({ ...h, key: mark(h.key) })),
    edits: u.edits.map(targeted),
    revokes: u.revokes.map(targeted),
    statuses: u.statuses.map(own),
    pricing: u.pricing.map(own),
  }
}
