import type { Conversation, ConversationCounts, ConversationsQuery } from '@atende/contracts/conversations'
import { ConversationStatus } from '@atende/contracts/conversations'
import { Direction, MessageStatus } from '@atende/contracts/messages'
import { TagColor } from '@atende/contracts/tags'
import type { z } from 'zod'
import { may, type TenantLogin } from '../../platform/auth.ts'
import { seeingAll, type TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { decodeCursor, TimeIdCursor, toPage } from '../../platform/pages.ts'
import { findRights } from '../../platform/rights.ts'
import { type Opened, openMany, previewOf, shownType } from '../../platform/vault/sealed-words.ts'
import { openerFor } from '../../platform/vault/vault.ts'
import { keptContact } from '../contacts/contacts.ts'
import { BROKEN, type OpenedPerson, openPeople } from '../contacts/sealed-person.ts'
import type { AskedPerson } from '../contacts/search-people.ts'
import * as db from './conversations.db.ts'
import { windowExpiry } from './window.ts'

const iso = (d: Date | null) => d?.toISOString() ?? null

function lastMessage(r: db.ConversationRow, said: Opened | undefined): Conversation['lastMessage'] {
  if (!r.message_id || !r.message_at) return null
  return {
    id: r.message_id,
    direction: Direction.parse(r.message_direction),
    // What a person took back is not shown to everybody who passes the list.
    type: r.message_revoked_at ? 'revoked' : shownType(r.message_type ?? 'text', said),
    // Empty when the message has no text: the interface then names the type in the reader's language.
    preview: r.message_revoked_at ? '' : previewOf(said),
    status: MessageStatus.parse(r.message_status),
    at: r.message_at.toISOString(),
  }
}

const present = (r: db.ConversationRow, contact: OpenedPerson, said: Opened | undefined): Conversation => ({
  id: r.id,
  contact: {
    id: r.contact_id,
    name: contact.name,
    phone: contact.phone,
    kind: r.contact_kind === 'group' ? 'group' : 'person',
    marketingOptOutAt: iso(r.marketing_opt_out_at),
  },
  channel: { id: r.channel_id, name: r.channel_name, kind: r.channel_kind },
  status: ConversationStatus.parse(r.status),
  assignee: r.assignee_id ? { id: r.assignee_id, name: r.assignee_name ?? '' } : null,
  tags: r.tags.map((t) => ({ id: t.id, name: t.name, color: TagColor.parse(t.color) })),
  unreadCount: r.unread_count,
  lastMessage: lastMessage(r, said),
  lastActivityAt: r.last_activity_at.toISOString(),
  waitingSince: iso(r.waiting_since),
  windowExpiresAt: iso(windowExpiry(r.last_inbound_at)),
  freeEntryUntil: iso(r.free_entry_until),
  control: r.control === 'passive' ? 'passive' : 'ours',
  resolvedAt: iso(r.resolved_at),
  ...(r.merged_into ? { mergedInto: r.merged_into } : {}),
  createdAt: r.created_at.toISOString(),
  updatedAt: r.updated_at.toISOString(),
})

/** In the order of the rows; what they hold sealed is opened with one look at the keys. */
async function presentAll(tx: TenantTx, rows: readonly db.ConversationRow[]): Promise<Conversation[]> {
  await openerFor(
    tx,
    rows.flatMap((r) => [r.contact_sealed, r.message_sealed]),
  )
  const said = await openMany(
    tx,
    rows.flatMap((r) => (r.message_id ? [{ id: r.message_id, sealed: r.message_sealed }] : [])),
  )
  const people = await openPeople(
    tx,
    rows.map((r) => ({ id: r.contact_id, sealed: r.contact_sealed })),
  )
  return rows.map((r) => present(r, people.get(r.contact_id) ?? BROKEN, said.get(r.message_id ?? '')))
}

/** By id, for events and answers; absent ones are left out. */
export async function presentConversations(tx: TenantTx, ids: readonly string[]): Promise<Map<string, Conversation>> {
  if (ids.length === 0) return new Map()
  return new Map((await presentAll(tx, await db.findMany(tx, ids))).map((c) => [c.id, c]))
}

/** One that became part of another answers that one. @throws AppError not_found */
export async function getConversation(tx: TenantTx, id: string): Promise<Conversation> {
  const [row] = await db.findMany(tx, [id])
  if (!row) throw notFound()
  if (row.merged_into) return getConversation(tx, row.merged_into)
  const [conversation] = await presentAll(tx, [row])
  if (!conversation) throw notFound()
  return conversation
}

/** The row itself, locked until the transaction ends; of one that became part of another, that one's. */
export const lockConversation = (tx: TenantTx, id: string) => db.lock(tx, id)

export const conversationExists = (tx: TenantTx, id: string): Promise<boolean> => db.exists(tx, id)

/** Conversations of the people that a search means, by their keyed hashes. */
export const findByPerson = (tx: TenantTx, asked: AskedPerson, max: number): Promise<string[]> => db.searchByPerson(tx, asked, max)

/** @param ids those that a search found; without it, all */
export async function listConversations(tx: TenantTx, login: TenantLogin, query: z.infer<typeof ConversationsQuery>, ids?: readonly string[]) {
  const after = query.cursor ? decodeCursor(query.cursor, TimeIdCursor) : undefined
  const rows = await db.list(tx, {
    ...query,
    userId: login.userId,
    ids,
    after: after ? { at: after[0], id: after[1] } : undefined,
    limit: query.limit + 1,
  })
  const page = toPage(
    rows,
    query.limit,
    (r) => [r.last_activity_at.toISOString(), r.id],
    (r) => r,
  )
  return { ...page, items: await presentAll(tx, page.items) }
}

export async function countConversations(tx: TenantTx, login: TenantLogin): Promise<ConversationCounts> {
  const c = await db.counts(tx, login.userId)
  return { all: Number(c.all), mine: Number(c.mine), unassigned: Number(c.unassigned), unread: Number(c.unread), closesSoon: Number(c.closes_soon) }
}

/**
 * The conversation of a contact on a channel, made when there is none. Who sees only the own ones owns what they begin.
 * @throws AppError not_found, conversation_assigned when there is one that this person may not see
 */
export async function findOrOpenConversation(tx: TenantTx, login: TenantLogin, channelId: string, contactId: string): Promise<string> {
  const { tenantId } = login
  const limited = login.sees !== 'all'
  const kept = await keptContact(tx, contactId)
  const row = { id: uuidv7(), tenant_id: tenantId, channel_id: channelId, contact_id: kept, last_activity_at: new Date() }
  await db.insertIfAbsent(tx, limited ? { ...row, assignee_id: login.userId } : row)
  const found = await db.findByContact(tx, channelId, kept)
  if (!found && limited) throw new AppError('conversation_assigned', { detail: 'Esta conversa não está com você. Peça a quem coordena para passá-la.' })
  if (!found) throw notFound()
  return found.id
}

export type ActivityWriter = (conversationId: string, activity: string, details: Record<string, string | null>) => Promise<void>

const changedEvent = (conversationId: string) => ({ kind: 'conversation.updated' as const, payload: { conversationId } })

/** Resolves or opens again; nothing happens when it already is so. @throws AppError not_found */
export async function changeStatus(tx: TenantTx, login: TenantLogin, asked: string, status: 'open' | 'resolved', note: ActivityWriter) {
  const row = await db.lock(tx, asked)
  if (!row) throw notFound()
  const { id } = row
  if (row.status === status) return
  const now = new Date()
  const resolved = status === 'resolved'
  await db.update(tx, id, {
    status,
    resolved_at: resolved ? now : null,
    resolved_by: resolved ? login.userId : null,
    ...(resolved ? { waiting_since: null, unread_count: 0 } : {}),
  })
  await note(id, resolved ? 'resolved' : 'reopened', { by: login.userName })
  await publish(tx, login.tenantId, [changedEvent(id)])
}

/**
 * Gives the conversation to a person of the tenant who may answer, or to nobody.
 * @throws AppError not_found, validation_failed, conversation_assigned when somebody else took it meanwhile
 */
export async function assign(
  tx: TenantTx,
  login: TenantLogin,
  asked: string,
  input: { userId: string | null; expectedAssigneeId?: string | null | undefined },
  note: ActivityWriter,
): Promise<void> {
  const row = await db.lock(tx, asked)
  if (!row) throw notFound()
  const { id } = row
  if (input.expectedAssigneeId !== undefined && row.assignee_id !== input.expectedAssigneeId && row.assignee_id !== input.userId) {
    throw new AppError('conversation_assigned')
  }
  if (row.assignee_id === input.userId) return
  const member = input.userId ? await db.activeMember(tx, input.userId) : undefined
  const rights = member && (await findRights(tx, login.tenantId, member.id))
  if (input.userId && !(rights && may(rights, 'messages.send'))) {
    throw invalidField('userId', 'not_assignable', 'Esta pessoa não atende conversas nesta conta.')
  }
  await seeingAll(tx, async () => {
    await db.update(tx, id, { assignee_id: input.userId })
    await note(id, member ? 'assigned' : 'unassigned', { by: login.userName, to: member?.name ?? null })
  })
  await publish(tx, login.tenantId, [{ kind: 'conversation.assigned', payload: { conversationId: id, by: login.userId, from: row.assignee_id } }])
}

/** @throws AppError not_found, validation_failed for a tag of nobody */
export async function setTags(tx: TenantTx, login: TenantLogin, asked: string, tagIds: readonly string[]): Promise<void> {
  const id = (await db.lock(tx, asked))?.id
  if (!id) throw notFound()
  const wanted = [...new Set(tagIds)]
  if ((await db.knownTags(tx, wanted)).length !== wanted.length) throw invalidField('tagIds', 'unknown_tag', 'Uma das etiquetas não existe mais.')
  await db.setTags(tx, login.tenantId, id, wanted, login.userId)
  await db.update(tx, id, {})
  await publish(tx, login.tenantId, [changedEvent(id)])
}

/** Sets the unread mark; answers whether anything was unread before. @throws AppError not_found */
export async function setUnread(tx: TenantTx, login: TenantLogin, asked: string, unread: number): Promise<boolean> {
  const row = await db.lock(tx, asked)
  if (!row) throw notFound()
  const { id } = row
  if (row.unread_count === unread) return false
  await db.update(tx, id, { unread_count: unread })
  await publish(tx, login.tenantId, [changedEvent(id)])
  return row.unread_count > 0
}
