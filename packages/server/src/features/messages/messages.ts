import type { Message, MessagePage, MessagesQuery } from '@atende/contracts/messages'
import type { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, notFound } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { decodeCursor, encodeCursor, TimeIdCursor } from '../../platform/pages.ts'
import { BROKEN, openOr } from '../../platform/vault/broken.ts'
import { rawPlace } from '../../platform/vault/sealed-words.ts'
import { openerFor } from '../../platform/vault/vault.ts'
import * as db from './messages.db.ts'
import { presentRows } from './present-message.ts'
import { insertMany } from './save-messages.ts'

/** By id, for events and answers; absent ones are left out. */
export async function presentMessages(ctx: Context, tx: TenantTx, ids: readonly string[]): Promise<Map<string, Message>> {
  if (ids.length === 0) return new Map()
  return new Map((await presentRows(ctx, tx, await db.findMany(tx, ids))).map((m) => [m.id, m]))
}

/** @throws AppError not_found */
export async function getMessage(ctx: Context, tx: TenantTx, id: string): Promise<Message> {
  const found = (await presentMessages(ctx, tx, [id])).get(id)
  if (!found) throw notFound()
  return found
}

/** The message as it came from the provider; null when it was a plain text, which holds nothing else. @throws AppError not_found, content_erased, content_unreadable */
export async function getRawMessage(tx: TenantTx, id: string): Promise<{ id: string; raw: unknown }> {
  const row = await db.findRaw(tx, id)
  if (!row) throw notFound()
  const opener = await openerFor(tx, [row.raw_sealed])
  const raw = openOr(tx, () => opener.text(rawPlace(id), row.raw_sealed))
  if (raw === undefined) throw new AppError('content_erased')
  if (raw === BROKEN) throw new AppError('content_unreadable')
  return { id: row.id, raw: raw === null ? null : JSON.parse(raw) }
}

const cursorOf = (r: db.MessageRow | undefined) => (r ? encodeCursor([r.at.toISOString(), r.id]) : null)
const edgeOf = (cursor: string) => {
  const [at, id] = decodeCursor(cursor, TimeIdCursor)
  return { at, id }
}

/** A page of a conversation, oldest first. The conversation must be the tenant's (an empty page otherwise). @throws AppError not_found, cursor_invalid */
export async function listMessages(ctx: Context, tx: TenantTx, q: z.infer<typeof MessagesQuery>): Promise<MessagePage> {
  const page = async (rows: db.MessageRow[], older: boolean, newer: boolean): Promise<MessagePage> => ({
    items: await presentRows(ctx, tx, rows),
    olderCursor: older ? cursorOf(rows[0]) : null,
    newerCursor: newer ? cursorOf(rows.at(-1)) : null,
  })
  if (q.around) {
    const [target] = await db.findMany(tx, [q.around])
    if (!target || target.conversation_id !== q.conversationId) throw notFound()
    const edge = { at: target.at.toISOString(), id: target.id }
    const half = Math.ceil(q.limit / 2)
    const before = await db.older(tx, q.conversationId, edge, half + 1)
    const after = await db.newer(tx, q.conversationId, edge, half + 1)
    return page([...before.slice(0, half).reverse(), target, ...after.slice(0, half)], before.length > half, after.length > half)
  }
  if (q.after) {
    const rows = await db.newer(tx, q.conversationId, edgeOf(q.after), q.limit + 1)
    return page(rows.slice(0, q.limit), rows.length > 0, rows.length > q.limit)
  }
  const rows = await db.older(tx, q.conversationId, q.before ? edgeOf(q.before) : undefined, q.limit + 1)
  return page(rows.slice(0, q.limit).reverse(), rows.length > q.limit, q.before !== undefined)
}

/** A small line in the conversation: who did what. */
export async function writeActivity(
  tx: TenantTx,
  tenantId: string,
  conversation: { id: string; channelId: string },
  activity: string,
  details: Record<string, string | null>,
  at = new Date(),
): Promise<string> {
  const id = uuidv7()
  await insertMany(tx, tenantId, [
    {
      id,
      conversationId: conversation.id,
      channelId: conversation.channelId,
      direction: 'system',
      type: 'activity',
      body: null,
      content: { activity, details },
      status: 'received',
      at,
      providerId: null,
      clientId: null,
      senderUserId: null,
      mediaId: null,
      quotedProviderId: null,
      quotedId: null,
    },
  ])
  return id
}
