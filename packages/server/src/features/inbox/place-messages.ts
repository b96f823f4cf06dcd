import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { type Person, personKey } from '../contacts/person.ts'
import { receiveContacts } from '../contacts/receive-contacts.ts'
import { receiveGroups } from '../contacts/receive-groups.ts'
import { pairKey, receiveConversations } from '../conversations/receive-conversations.ts'
import type { EchoedMessage, InboundMedia, InboundMessage } from '../messages/inbound.ts'
import * as messages from '../messages/save-messages.ts'

/** A message of either side that did not leave from here. */
export type Arrived = { direction: 'in'; message: InboundMessage } | { direction: 'out'; message: EchoedMessage }
export type Placed = Arrived & {
  id: string
  conversationId: string
  contactId: string
  /** Who wrote, when the contact is a group. */
  authorId: string | null
  /** Files to fetch: the message's own, and the picture of the ad that brought the person. */
  mediaId: string | null
  pictureId: string | null
}

const isPlaceholder = ({ message: m }: Arrived): boolean => m.type === 'unsupported' && m.content.original === messages.PLACEHOLDER
export const sourceKey = (m: { channelId: string; providerId: string }) => `${m.channelId}/${m.providerId}`
/** With where and when they were seen, which decides about a recycled number. */
const personOf = (a: Arrived): Person => ({
  ...(a.direction === 'in' ? a.message.from : a.message.to),
  channelId: a.message.channelId,
  at: a.message.at,
})

/** An answer of ours does not know what the customer is called; a message of theirs in the same list does. */
function peopleOf(list: readonly Arrived[]): Person[] {
  const people = list.map(personOf)
  const named = new Map(people.filter((p) => p.name !== null || p.username !== null).map((p) => [personKey(p), p]))
  return people.map((p) => {
    const known = p.name === null && p.username === null ? named.get(personKey(p)) : undefined
    return known ? { ...p, name: known.name, username: known.username } : p
  })
}
export const pictureOf = (a: Arrived): InboundMedia | null => (a.direction === 'in' ? a.message.picture : null)
const groupOf = (a: Arrived): string | null => (a.direction === 'in' ? a.message.groupId : null)

/** The same message may come twice: live counts more than overheard, that more than history, and each more than a placeholder. */
const worth = (a: Arrived): number => (isPlaceholder(a) ? 0 : { history: 1, standby: 2, live: 3 }[a.message.via])

/** What is not here yet; and history's files whose message stands here as a placeholder, by message id. */
export async function withoutKnown(tx: TenantTx, list: readonly Arrived[]): Promise<{ fresh: Arrived[]; fillings: Map<string, Arrived> }> {
  const best = new Map<string, Arrived>()
  for (const a of list) {
    const key = sourceKey(a.message)
    const other = best.get(key)
    if (!other || worth(a) > worth(other)) best.set(key, a)
  }
  const known = await messages.findByProviderIds(
    tx,
    [...best.values()].map((a) => a.message),
  )
  const fresh: Arrived[] = []
  const fillings = new Map<string, Arrived>()
  for (const [key, a] of best) {
    const id = known.get(key)
    if (!id) fresh.push(a)
    else if (a.message.via === 'history' && a.message.media) fillings.set(id, a)
  }
  return { fresh, fillings }
}

/** Finds or makes the contact and the conversation of each. */
export async function placeInConversations(tx: TenantTx, tenantId: string, list: readonly Arrived[]): Promise<Placed[]> {
  const contacts = await receiveContacts(tx, tenantId, peopleOf(list))
  const groups = await receiveGroups(
    tx,
    tenantId,
    list.flatMap((a) => groupOf(a) ?? []),
  )
  const pairs = list.map((a) => {
    const personId = contacts.get(personKey(personOf(a))) ?? ''
    const groupId = groups.get(groupOf(a) ?? '')
    return { channelId: a.message.channelId, contactId: groupId ?? personId, authorId: groupId ? personId : null }
  })
  const conversations = await receiveConversations(tx, tenantId, pairs)
  return list.map((a, i) => {
    const pair = pairs[i]
    const conversationId = pair && conversations.get(pairKey(pair))
    if (!conversationId) throw new Error('a conversation was not found after it was made')
    const { contactId, authorId } = pair
    return { ...a, id: uuidv7(), conversationId, contactId, authorId, mediaId: a.message.media ? uuidv7() : null, pictureId: pictureOf(a) ? uuidv7() : null }
  })
}
