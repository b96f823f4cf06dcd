import type { Conversation, ConversationHit, ConversationsQuery } from '@atende/contracts/conversations'
import type { z } from 'zod'
import type { TenantLogin } from '../../platform/auth.ts'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { askedWords } from '../../platform/search/words.ts'
import { askForPerson, hitsOf } from '../contacts/search-people.ts'
import { findByPerson, listConversations } from '../conversations/conversations.ts'
import { presentMessages } from '../messages/messages.ts'
import { messageHit, searchMessages } from '../messages/search-messages.ts'

/** More hits than anybody pages through. */
const SEARCH_MAX = 500

type Query = z.infer<typeof ConversationsQuery>
type Page = { items: Conversation[]; nextCursor: string | null }

/**
 * The list of conversations; with `q` those of the people and with the messages that are meant, each with why it was found. The index
 * knows keyed hashes only: what it finds is read by the ordinary list, opened, and dropped when it does not hold what was asked.
 */
export async function searchConversations(ctx: Context, tx: TenantTx, login: TenantLogin, query: Query): Promise<Page> {
  if (!query.q) return listConversations(tx, login, query)
  const asked = await askForPerson(tx, query.q)
  const words = askedWords(query.q)
  const byPerson = await findByPerson(tx, asked, SEARCH_MAX)
  const found = await searchMessages(tx, words, SEARCH_MAX)
  const page = await listConversations(tx, login, query, [...new Set([...byPerson, ...found.map((f) => f.conversationId)])])

  const shown = new Set(page.items.map((c) => c.id))
  // The first of each conversation is its newest.
  const newest = new Map<string, string>()
  for (const { id, conversationId } of found) if (shown.has(conversationId) && !newest.has(conversationId)) newest.set(conversationId, id)
  const messages = await presentMessages(ctx, tx, [...newest.values()])
  const persons = new Set(byPerson)
  const people = await hitsOf(tx, [...new Set(page.items.flatMap((c) => (persons.has(c.id) ? [c.contact.id] : [])))], asked.query)
  const hitOf = (c: Conversation): ConversationHit | undefined => {
    const message = messages.get(newest.get(c.id) ?? '')
    const hit = { contact: people.get(c.contact.id) ?? null, message: (message && messageHit(message, words)) ?? null }
    return hit.contact || hit.message ? hit : undefined
  }
  return {
    ...page,
    items: page.items.flatMap((c) => {
      const hit = hitOf(c)
      return hit ? [{ ...c, hit }] : []
    }),
  }
}
