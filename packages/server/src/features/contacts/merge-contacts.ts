import type { TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { type NewEvent, publish } from '../../platform/events.ts'
import { writeAudit } from '../audit/audit.ts'
import * as ids from './identities.db.ts'
import * as db from './merge.db.ts'
import { UNNAMED } from './person.ts'

const NOTES_MAX = 5000
/** Who did it; null when WhatsApp's word showed that both are one. */
type By = { userId: string; userName: string } | null
type MergeInput = { keepId: string; otherId: string; reason: 'identity' | 'manual'; by: By }

const fieldsOf = ({ name, profile_name, phone, email, notes }: db.LockedContact): db.Fields => ({ name, profile_name, phone, email, notes })

/** A number or a stand-in is no name that somebody chose. */
const isName = (c: db.LockedContact): boolean => c.name !== UNNAMED && c.name !== c.phone && !/^\+\d{6,}$/.test(c.name)

/** What the one contact says of both: its own word first, the other's where it has none; notes of both, one below the other. */
function unite(keep: db.LockedContact, other: db.LockedContact): db.Fields {
  const notes = [keep.notes, other.notes].filter((n) => n?.trim()).join('\n\n')
  return {
    name: isName(keep) || !isName(other) ? keep.name : other.name,
    profile_name: keep.profile_name ?? other.profile_name,
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
  const after = unite(keep, other)
  const conversations = await moveConversations(tx, keepId, otherId)
  const moved: db.Moved = { ...(await db.moveIdentities(tx, otherId, keepId)), ...conversations }
  await db.setFields(tx, keepId, after)
  await db.joinPreference(tx, keepId, otherId)
  await db.setMergedInto(tx, otherId, keepId)
  const trace = { keepId, otherId, reason, byUserId: by?.userId ?? null, otherName: other.name, before: fieldsOf(keep), after, moved }
  const id = await db.insertTrace(tx, tenantId, trace)
  const touched = [...conversations.joined.map((c) => c.into), ...conversations.given]
  const newest = touched.length > 0 ? undefined : await db.newestConversation(tx, keepId)
  const details = { by: by?.userName ?? null, name: keep.name, other: other.name }
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

const isKey = (v: unknown): v is { kind: string; value: string } =>
  typeof v === 'object' && v !== null && 'kind' in v && typeof v.kind === 'string' && 'value' in v && typeof v.value === 'string'
const isJoined = (v: unknown): v is { id: string; into: string } =>
  typeof v === 'object' && v !== null && 'id' in v && typeof v.id === 'string' && 'into' in v && typeof v.into === 'string'
const list = (v: unknown): unknown[] => (Array.isArray(v) ? v : [])

function readMoved(v: unknown): db.Moved {
  const m = typeof v === 'object' && v !== null ? Object.fromEntries(Object.entries(v)) : {}
  return {
    identities: list(m.identities).filter(isKey),
    former: list(m.former).filter(isKey),
    joined: list(m.joined).filter(isJoined),
    given: list(m.given).filter((x) => typeof x === 'string'),
  }
}

/** What nobody changed since the merge goes back to how it was. */
function fieldsBack(now: db.LockedContact, before: Record<string, string | null>, after: Record<string, string | null>): Partial<db.Fields> {
  const same = Object.entries(fieldsOf(now)).filter(([key, value]) => value === (after[key] ?? null))
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
  const otherId = trace.other_id
  const both = await db.lockBoth(tx, keepId, otherId)
  const keep = both.find((c) => c.id === keepId)
  const other = both.find((c) => c.id === otherId)
  if (!keep || !other || keep.merged_into || other.merged_into !== keepId) throw notFound()
  const moved = readMoved(trace.moved)
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
  await db.setFields(tx, keepId, fieldsBack(keep, trace.kept_before, trace.kept_after))
  await ids.refreshPhones(tx, [keepId, otherId])
  await db.closeTrace(tx, mergeId, by.userId)
  const touched = [...joined.flatMap((c) => [c.id, c.into]), ...given]
  const lines = await db.writeLines(tx, tenantId, touched, 'split', { by: by.userName, name: keep.name, other: other.name })
  await tell(tx, tenantId, touched, lines)
  return { otherId }
}
