import type { TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import { writeAudit } from '../audit/audit.ts'
import * as ids from './identities.db.ts'
import * as db from './merge.db.ts'
import { rewritePeople } from './people.db.ts'
import { UNNAMED } from './person.ts'
import type { PersonFields } from './sealed-person.ts'

const NOTES_MAX = 5000
/** Who did it; null when WhatsApp's word showed that both are one. */
type By = { userId: string; userName: string } | null
type MergeInput = { keepId: string; otherId: string; reason: 'identity' | 'manual'; by: By }

const fieldsOf = ({ name, profileName, phone, email, notes }: PersonFields): PersonFields => ({ name, profileName, phone, email, notes })

/** A number or a stand-in is no name that somebody chose. */
const isName = (c: PersonFields): boolean => c.name !== UNNAMED && c.name !== c.phone && !/^\+\d{6,}$/.test(c.name)

/** What can be read of a contact; of one whose key is gone or whose row was bent, nothing. */
const readable = ({ fields }: db.LockedContact): PersonFields =>
  fields.state === 'open' ? fieldsOf(fields) : { name: UNNAMED, profileName: null, phone: null, email: null, notes: null }

/** What the one contact says of both: its own word first, the other's where it has none; notes of both, one below the other. */
function unite(keep: PersonFields, other: PersonFields): PersonFields {
  const notes = [keep.notes, other.notes].filter((n) => n?.trim()).join('\n\n')
  return {
    name: isName(keep) || !isName(other) ? keep.name : other.name,
    profileName: keep.profileName ?? other.profileName,
    phone: keep.phone ?? other.phone,
    email: keep.email ?? other.email,
    notes: notes === '' ? null : notes.slice(0, NOTES_MAX),
  }
}

async function moveConversations(tx: TenantTx, keepId: string, otherId: string): Promise<Pick<db.Moved, 'joined' | 'given'>> {
  const all = await db.lockConversations(tx, [keepId, otherId])
  const joined: db.Moved['joined'] = []
  const given: string[] = []
  for (const c of all.filter((x) => x.contact_id === otherId)) {
    const into = all.find((k) => k.contact_id === keepId && k.channel_id === c.channel_id)?.id
    if (into) {
      await db.joinConversation(tx, c.id, into)
      joined.push({ id: c.id, into })
    } else {
      await db.giveConversation(tx, c.id, keepId)
      given.push(c.id)
    }
  }
  return { joined, given }
}

/** Tells the screens: the lines, the conversations that changed or went, and the list of contacts. */
async function tell(tx: TenantTx, tenantId: string, conversations: readonly string[], lines: readonly { conversationId: string; messageId: string }[]) {
  const events: NewEvent[] = [
    ...lines.map((payload) => ({ kind: 'message.new' as const, payload })),
    ...conversations.map((conversationId) => ({ kind: 'conversation.updated' as const, payload: { conversationId } })),
    { kind: 'list.changed', payload: { list: 'contacts' } },
  ]
  await publish(tx, tenantId, events)
}

/**
 * Two contacts are one person: history, identities and conversations of `otherId` go to `keepId`. Conversations on the same channel
 * become one; the other contact stays as a hidden row that leads here. A trace is kept by which a person can part them again.
 * Answers the id of the trace.
 * @throws AppError not_found, merge_refused (the same contact, a group, or one that already became another)
 */
export async function mergeContacts(tx: TenantTx, tenantId: string, input: MergeInput): Promise<string> {
  const { keepId, otherId, reason, by } = input
  if (keepId === otherId) throw new AppError('merge_refused', { detail: 'É o mesmo contato.' })
  await ids.lockMerging(tx, tenantId)
  const both = await db.lockBoth(tx, keepId, otherId)
  const keep = both.find((c) => c.id === keepId)
  const other = both.find((c) => c.id === otherId)
  if (!keep || !other) throw notFound()
  if (keep.merged_into || other.merged_into) throw new AppError('merge_refused', { detail: 'Um deles já faz parte de outro contato.' })
  if (keep.kind !== 'person' || other.kind !== 'person') throw new AppError('merge_refused', { detail: 'Um grupo não pode ser unido a outro contato.' })
  const [before, others] = [readable(keep), readable(other)]
  const after = unite(before, others)
  const conversations = await moveConversations(tx, keepId, otherId)
  const moved: db.Moved = { ...(await db.moveIdentities(tx, tenantId, otherId, keepId)), ...conversations }
  await db.joinPreference(tx, keepId, otherId)
  await db.setMergedInto(tx, otherId, keepId)
  await rewritePeople(tx, [keepId, otherId], () => after)
  const content = { otherName: others.name, before, after, moved }
  const id = await db.insertTrace(tx, tenantId, { keepId, otherId, reason, byUserId: by?.userId ?? null, content })
  const touched = [...conversations.joined.map((c) => c.into), ...conversations.given]
  const newest = touched.length > 0 ? undefined : await db.newestConversation(tx, keepId)
  const details = { by: by?.userName ?? null, name: before.name, other: others.name }
  const lines = await db.writeLines(tx, tenantId, newest ? [newest.id] : touched, 'merged', details)
  await tell(tx, tenantId, [...touched, ...conversations.joined.map((c) => c.id)], lines)
  if (!by) await auditBySystem(tx, tenantId, keepId, otherId, id)
  return id
}

const auditBySystem = (tx: TenantTx, tenantId: string, keepId: string, otherId: string, mergeId: string) =>
  writeAudit(tx, {
    tenantId,
    actorId: null,
    action: 'contact.merge',
    object: { type: 'contact', id: keepId },
    details: { otherId, mergeId, reason: 'identity' },
  })

const isKey = (v: unknown): v is db.Key =>
  typeof v === 'object' && v !== null && 'kind' in v && typeof v.kind === 'string' && 'hash' in v && typeof v.hash === 'string'
const isJoined = (v: unknown): v is { id: string; into: string } =>
  typeof v === 'object' && v !== null && 'id' in v && typeof v.id === 'string' && 'into' in v && typeof v.into === 'string'
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : [])

const record = (v: unknown): Record<string, unknown> => (typeof v === 'object' && v !== null ? Object.fromEntries(Object.entries(v)) : {})

function readMoved(v: unknown): db.Moved {
  const m = record(v)
  return {
    identities: list(m.identities).filter(isKey),
    former: list(m.former).filter(isKey),
    joined: list(m.joined).filter(isJoined),
    given: list(m.given).filter((x) => typeof x === 'string'),
  }
}

/** What nobody changed since the merge goes back to how it was. */
function fieldsBack(now: PersonFields, before: Record<string, unknown>, after: Record<string, unknown>): Partial<PersonFields> {
  const same = Object.entries(fieldsOf(now)).filter(([key, value]) => value === (after[key] ?? null) && key in before)
  return Object.fromEntries(same.map(([key]) => [key, before[key] ?? null]))
}

/**
 * Parts two contacts again: the other one comes back with its identities, its conversations and the messages that came along. What
 * was written since stays with the contact that was kept.
 * @throws AppError not_found, merge_refused (a later merge has to be parted first)
 */
export async function undoMerge(tx: TenantTx, tenantId: string, keepId: string, mergeId: string, by: NonNullable<By>): Promise<{ otherId: string }> {
  await ids.lockMerging(tx, tenantId)
  const trace = await db.findTrace(tx, keepId, mergeId)
  if (!trace) throw notFound()
  const { otherId } = trace
  const content = record(trace.content)
  const both = await db.lockBoth(tx, keepId, otherId)
  const keep = both.find((c) => c.id === keepId)
  const other = both.find((c) => c.id === otherId)
  if (!keep || !other || keep.merged_into || other.merged_into !== keepId) throw notFound()
  const moved = readMoved(content.moved)
  const mine = new Set((await db.lockConversations(tx, [keepId])).map((c) => c.id))
  const joined = moved.joined.filter((c) => mine.has(c.into))
  const given = moved.given.filter((id) => mine.has(id))
  for (const c of joined) await db.partConversation(tx, c.id, c.into)
  for (const id of given) {
    if (await db.hasJoined(tx, id, keepId, otherId)) throw new AppError('merge_refused', { detail: 'Separe primeiro o contato que foi unido depois deste.' })
    await db.giveConversation(tx, id, otherId)
  }
  await db.setMergedInto(tx, otherId, null)
  await db.giveBackIdentities(tx, keepId, otherId, moved.identities, moved.former)
  const [before, after] = [record(content.before), record(content.after)]
  await rewritePeople(tx, [keepId], ({ fields }) => fieldsBack(fields, before, after))
  await ids.refreshPhones(tx, [keepId, otherId])
  await db.closeTrace(tx, mergeId, by.userId)
  const touched = [...joined.flatMap((c) => [c.id, c.into]), ...given]
  const lines = await db.writeLines(tx, tenantId, touched, 'split', { by: by.userName, name: readable(keep).name, other: readable(other).name })
  await tell(tx, tenantId, touched, lines)
  return { otherId }
}
