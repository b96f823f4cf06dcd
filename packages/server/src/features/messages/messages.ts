import {
  ContactCard,
  Direction,
  Location,
  type Message,
  type MessageContent,
  MessageError,
  type MessagePage,
  MessageStatus,
  type MessagesQuery,
} from '@atende/contracts/messages'
import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { notFound } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { decodeCursor, encodeCursor, TimeIdCursor } from '../../platform/pages.ts'
import { presentMedia } from '../media/media.ts'
import * as db from './messages.db.ts'
import { insertMany } from './save-messages.ts'

const PREVIEW = 160

function mediaOf(ctx: Context, r: db.MessageRow) {
  return presentMedia(ctx, {
    id: r.m_id ?? '',
    tenant_id: r.tenant_id,
    kind: r.m_kind ?? 'document',
    mime: r.m_mime ?? 'application/octet-stream',
    size: r.m_size,
    filename: r.m_filename,
    voice: r.m_voice ?? false,
    animated: r.m_animated ?? false,
    width: r.m_width,
    height: r.m_height,
    status: r.m_status ?? 'failed',
  })
}

const Cards = z.array(ContactCard)
const str = (v: unknown): string | undefined => (typeof v === 'string' && v !== '' ? v : undefined)

/** The stored content as the contract has it; what does not fit is shown as unsupported, never an error. */
function contentOf(ctx: Context, r: db.MessageRow): MessageContent {
  const caption = r.body ? { caption: r.body } : {}
  const unsupported: MessageContent = { type: 'unsupported', original: str(r.content.original) ?? r.type }
  switch (r.type) {
    case 'text':
      return { type: 'text', text: r.body ?? '' }
    case 'image':
    case 'video':
    case 'document':
      return r.m_id ? { type: r.type, media: mediaOf(ctx, r), ...caption } : unsupported
    case 'audio':
    case 'sticker':
      return r.m_id ? { type: r.type, media: mediaOf(ctx, r) } : unsupported
    case 'location': {
      const parsed = Location.safeParse(r.content.location)
      return parsed.success ? { type: 'location', location: parsed.data } : unsupported
    }
    case 'contacts': {
      const parsed = Cards.safeParse(r.content.contacts)
      return parsed.success ? { type: 'contacts', contacts: parsed.data } : unsupported
    }
    case 'button_reply':
      return { type: 'button_reply', title: r.body ?? '', ...(str(r.content.payload) ? { payload: str(r.content.payload) ?? '' } : {}) }
    case 'activity':
      return {
        type: 'activity',
        activity: str(r.content.activity) ?? '',
        details: z.record(z.string(), z.string().nullable()).catch({}).parse(r.content.details),
      }
    default:
      return unsupported
  }
}

function statusTimes(r: db.MessageRow): Record<string, string> {
  const { accepted, ...times } = Object.fromEntries(Object.entries(r.status_times).map(([k, v]) => [k, new Date(v).toISOString()]))
  return accepted && !times.sent ? { ...times, sent: accepted } : times
}

function quotedOf(r: db.MessageRow): Message['quoted'] {
  if (!r.quoted_id && !r.quoted_provider_id) return null
  return {
    id: r.quoted_type ? r.quoted_id : null,
    direction: r.quoted_direction ? Direction.parse(r.quoted_direction) : null,
    preview: (r.quoted_body ?? '').slice(0, PREVIEW),
    type: r.quoted_type ?? 'unknown',
  }
}

export function presentMessage(ctx: Context, r: db.MessageRow): Message {
  const reactions = Object.entries(r.reactions ?? {}).filter(([, v]) => v.emoji !== '')
  return {
    id: r.id,
    conversationId: r.conversation_id,
    direction: Direction.parse(r.direction),
    content: contentOf(ctx, r),
    status: MessageStatus.parse(r.status),
    at: r.at.toISOString(),
    statusTimes: statusTimes(r),
    clientId: r.client_id,
    sender: r.sender_user_id ? { id: r.sender_user_id, name: r.sender_name ?? '' } : null,
    error: r.error ? MessageError.parse(r.error) : null,
    quoted: r.type === 'reaction' ? null : quotedOf(r),
    reactions: reactions.map(([by, v]) => ({ emoji: v.emoji, by: by === 'us' ? ('us' as const) : ('contact' as const), userId: v.userId })),
    forwarded: r.content.forwarded === true,
  }
}

/** By id, for events and answers; absent ones are left out. */
export async function presentMessages(ctx: Context, tx: TenantTx, ids: readonly string[]): Promise<Map<string, Message>> {
  if (ids.length === 0) return new Map()
  return new Map((await db.findMany(tx, ids)).map((r) => [r.id, presentMessage(ctx, r)]))
}

/** @throws AppError not_found */
export async function getMessage(ctx: Context, tx: TenantTx, id: string): Promise<Message> {
  const found = (await presentMessages(ctx, tx, [id])).get(id)
  if (!found) throw notFound()
  return found
}

const cursorOf = (r: db.MessageRow | undefined) => (r ? encodeCursor([r.at.toISOString(), r.id]) : null)
const edgeOf = (cursor: string) => {
  const [at, id] = decodeCursor(cursor, TimeIdCursor)
  return { at, id }
}

/** A page of a conversation, oldest first. The conversation must be the tenant's (an empty page otherwise). @throws AppError not_found, cursor_invalid */
export async function listMessages(ctx: Context, tx: TenantTx, q: z.infer<typeof MessagesQuery>): Promise<MessagePage> {
  const page = (rows: db.MessageRow[], older: boolean, newer: boolean): MessagePage => ({
    items: rows.map((r) => presentMessage(ctx, r)),
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
