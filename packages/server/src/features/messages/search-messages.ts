import type { MessageHit } from '@atende/contracts/conversations'
import type { Message } from '@atende/contracts/messages'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { askedByMonth, askedWords, tokensOf } from '../../platform/search/words.ts'
import { searchIndex } from '../../platform/vault/vault.ts'
import * as db from './messages.db.ts'
import { presentMessages } from './messages.ts'

const SNIPPET = 160
const BEFORE = 40
const IN_ONE = 100
/** A number brings six months of history along; what came by other ways may be older than the account. */
const HISTORY_MS = 2 * 366 * 86_400_000

/** Ids of messages with all these words, the newest first, with their conversations. Nothing when there is no word to look for. */
export async function searchMessages(
  tx: TenantTx,
  words: readonly string[],
  max: number,
  conversationId: string | null = null,
): Promise<{ id: string; conversationId: string }[]> {
  if (words.length === 0) return []
  const oldest = new Date((await db.tenantSince(tx)).getTime() - HISTORY_MS)
  const rows = await db.search(tx, askedByMonth(await searchIndex(tx), words, oldest), conversationId, max)
  return rows.map((r) => ({ id: r.id, conversationId: r.conversation_id }))
}

/** What people read of a message: every text in its content. */
const NOT_READ = new Set(['type', 'url', 'mime', 'id', 'kind'])
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value]
  if (Array.isArray(value)) return value.flatMap(textsIn)
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, v]) => (NOT_READ.has(key) ? [] : textsIn(v)))
}

/** A piece of the text around the first word, cut between words where that is possible. */
function snippetOf(text: string, ranges: MessageHit['ranges']): Pick<MessageHit, 'text' | 'ranges'> {
  const first = ranges[0]?.[0] ?? 0
  const space = text.indexOf(' ', Math.max(0, first - BEFORE))
  const start = first <= BEFORE ? 0 : space >= 0 && space < first ? space + 1 : first
  const end = Math.min(text.length, start + SNIPPET)
  const head = start > 0 ? '…' : ''
  const moved = ranges.flatMap(([from, to]): MessageHit['ranges'] =>
    from >= start && to <= end ? [[from - start + head.length, to - start + head.length]] : [],
  )
  return { text: head + text.slice(start, end).replace(/\s/g, ' ') + (end < text.length ? '…' : ''), ranges: moved }
}

/** Where a message shows the words; undefined when it does not have them all: hashes may collide, and what is erased says nothing. */
export function messageHit(message: Message, words: readonly string[]): MessageHit | undefined {
  const asked = new Set(words)
  const texts = message.revokedAt ? [] : textsIn(message.content)
  const found = texts.map((text) => ({ text, tokens: tokensOf(text).filter((t) => asked.has(t.term)) }))
  const terms = (tokens: readonly { term: string }[]) => new Set(tokens.map((t) => t.term)).size
  if (terms(found.flatMap((f) => f.tokens)) < asked.size) return undefined
  const best = found.toSorted((a, b) => terms(b.tokens) - terms(a.tokens))[0]
  if (!best) return undefined
  const ranges = best.tokens.map((t): [number, number] => [t.start, t.end])
  return { id: message.id, at: message.at, direction: message.direction, ...snippetOf(best.text, ranges) }
}

/** Messages of one conversation with all these words, the newest first. */
export async function findMessages(ctx: Context, tx: TenantTx, conversationId: string, q: string): Promise<MessageHit[]> {
  const words = askedWords(q)
  const found = await searchMessages(tx, words, IN_ONE, conversationId)
  const messages = await presentMessages(
    ctx,
    tx,
    found.map((f) => f.id),
  )
  return found.flatMap(({ id }) => {
    const message = messages.get(id)
    return (message && messageHit(message, words)) ?? []
  })
}
