import { isDeepStrictEqual } from 'node:util'
import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { openMany } from '../../platform/vault/sealed-words.ts'
import { personKey } from '../contacts/person.ts'
import { receiveContacts } from '../contacts/receive-contacts.ts'
import { noteCalls, noteControl } from '../conversations/note-elsewhere.ts'
import { pairKey, receiveConversations } from '../conversations/receive-conversations.ts'
import type { Happening } from '../messages/inbound.ts'
import { insertMany, type NewMessage, writtenColumns } from '../messages/save-messages.ts'

type Line = { id: string; conversationId: string; what: Happening }

/** A line as it is kept; its words in the list are Portuguese, like those of the product. */
const WORDS: Record<string, string> = {
  call: 'Ligação',
  call_answered: 'Ligação atendida',
  call_missed: 'Ligação perdida',
}
export const lineOf = (id: string, conversationId: string, what: Pick<Happening, 'channelId' | 'key' | 'at' | 'activity' | 'details'>): NewMessage => ({
  id,
  conversationId,
  channelId: what.channelId,
  direction: 'system',
  type: 'activity',
  body: WORDS[what.activity] ?? null,
  content: { activity: what.activity, details: what.details },
  status: 'received',
  at: what.at,
  providerId: what.key,
  clientId: null,
  senderUserId: null,
  mediaId: null,
  quotedProviderId: null,
  quotedId: null,
})

type Stored = { id: string; conversation_id: string; channel_id: string; provider_id: string; at: Date; sealed: Buffer | null }

/** A call's end rewrites the line that its beginning made; never the other way round. */
async function finish(tx: TenantTx, list: readonly Happening[]): Promise<{ id: string; conversation_id: string }[]> {
  if (list.length === 0) return []
  const { rows } = await sql<Stored>`select m.id, m.conversation_id, m.channel_id, m.provider_id, m.at, m.sealed
    from unnest(${list.map((h) => h.channelId)}::uuid[], ${list.map((h) => h.key)}::text[]) x(c, k)
    join messages m on m.channel_id = x.c and m.provider_id = x.k where m.type = 'activity' order by m.id for update of m`.execute(tx)
  const said = await openMany(tx, rows)
  const byKey = new Map(list.map((h) => [`${h.channelId}/${h.key}`, h]))
  const changed = rows.flatMap((r) => {
    const h = byKey.get(`${r.channel_id}/${r.provider_id}`)
    const known = said.get(r.id)
    const line = h && lineOf(r.id, r.conversation_id, { ...h, at: r.at })
    return line && !(known?.state === 'open' && isDeepStrictEqual(known.content, line.content)) ? [line] : []
  })
  const written = await writtenColumns(tx, changed)
  await sql`update messages m set sealed = x.sealed, words = x.words::bigint[]
    from unnest(${changed.map((l) => l.id)}::uuid[], ${written.map((w) => w.sealed)}::bytea[], ${written.map((w) => w.words)}::text[]) x(id, sealed, words)
    where m.id = x.id`.execute(tx)
  return changed.map((l) => ({ id: l.id, conversation_id: l.conversationId }))
}

/** The final word of each thing when both came together, else whatever came. */
function withoutRepeats(list: readonly Happening[]): Happening[] {
  const best = new Map<string, Happening>()
  for (const h of list) {
    const key = `${h.channelId}/${h.key}`
    if (!best.has(key) || h.final) best.set(key, h)
  }
  return [...best.values()]
}

/** Calls, payments and hand-overs: a line in the conversation for each, once. A customer's call opens the window. */
export async function noteHappenings(tx: TenantTx, tenantId: string, all: readonly Happening[]): Promise<void> {
  if (all.length === 0) return
  const list = withoutRepeats(all)
  const contacts = await receiveContacts(
    tx,
    tenantId,
    list.map((h) => ({ ...h.who, channelId: h.channelId, at: h.at })),
  )
  const pairs = list.map((h) => ({ channelId: h.channelId, contactId: contacts.get(personKey(h.who)) ?? '' }))
  const conversations = await receiveConversations(tx, tenantId, pairs)
  const lines = list.flatMap((what, i): Line[] => {
    const pair = pairs[i]
    const conversationId = pair && conversations.get(pairKey(pair))
    return conversationId ? [{ id: uuidv7(), conversationId, what }] : []
  })
  const made = await insertMany(
    tx,
    tenantId,
    lines.map((l) => lineOf(l.id, l.conversationId, l.what)),
  )
  const fresh = lines.filter((l) => made.has(l.id))
  const finished = await finish(
    tx,
    lines.filter((l) => l.what.final && !made.has(l.id)).map((l) => l.what),
  )
  await moveOn(tx, tenantId, lines, fresh, finished)
}

async function moveOn(
  tx: TenantTx,
  tenantId: string,
  lines: readonly Line[],
  fresh: readonly Line[],
  finished: readonly { id: string; conversation_id: string }[],
) {
  const done = new Set(finished.map((r) => r.conversation_id))
  const calls = new Map<string, { conversationId: string; lastId: string; lastAt: Date; missed: boolean }>()
  for (const l of lines) {
    if (!l.what.opensWindow || !(fresh.includes(l) || done.has(l.conversationId))) continue
    const other = calls.get(l.conversationId)
    const row = finished.find((r) => r.conversation_id === l.conversationId)
    const missed = l.what.activity === 'call_missed' || other?.missed === true
    const newest = !other || l.what.at >= other.lastAt
    const lastId = fresh.includes(l) ? l.id : (row?.id ?? l.id)
    calls.set(l.conversationId, { conversationId: l.conversationId, lastId: newest ? lastId : other.lastId, lastAt: newest ? l.what.at : other.lastAt, missed })
  }
  await noteCalls(tx, [...calls.values()])
  await noteControl(
    tx,
    fresh.flatMap(({ conversationId, what }) => (what.control ? [{ conversationId, control: what.control, at: what.at }] : [])),
  )
  const conversationIds = new Set([...fresh.map((l) => l.conversationId), ...done])
  const events: NewEvent[] = [
    ...fresh.map((l) => ({ kind: 'message.new' as const, payload: { messageId: l.id, conversationId: l.conversationId } })),
    ...finished.map((r) => ({ kind: 'message.updated' as const, payload: { messageId: r.id, conversationId: r.conversation_id } })),
    ...[...conversationIds].map((conversationId) => ({ kind: 'conversation.updated' as const, payload: { conversationId } })),
  ]
  await publish(tx, tenantId, events)
}
