import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

const statusTimes = sql<
  Record<string, string>
>`coalesce((select jsonb_object_agg(s.status, s.at) from message_statuses s where s.message_id = messages.id), '{}')`

const base = (tx: TenantTx) =>
  tx
    .selectFrom('messages')
    .leftJoin('media', 'media.id', 'messages.media_id')
    .leftJoin('users', 'users.id', 'messages.sender_user_id')
    .leftJoin('messages as quoted', 'quoted.id', 'messages.quoted_id')
    .selectAll('messages')
    .select([
      'media.id as m_id',
      'media.kind as m_kind',
      'media.mime as m_mime',
      'media.size as m_size',
      'media.filename as m_filename',
      'media.voice as m_voice',
      'media.animated as m_animated',
      'media.width as m_width',
      'media.height as m_height',
      'media.status as m_status',
      'users.name as sender_name',
      'quoted.direction as quoted_direction',
      'quoted.type as quoted_type',
      'quoted.body as quoted_body',
    ])
    .select(statusTimes.as('status_times'))

export type MessageRow = Awaited<ReturnType<typeof findMany>>[number]

export const findMany = (tx: TenantTx, ids: readonly string[]) =>
  base(tx)
    .where('messages.id', 'in', [...ids])
    .execute()

type Edge = { at: string; id: string }
const inConversation = (tx: TenantTx, conversationId: string) =>
  base(tx).where('messages.conversation_id', '=', conversationId).where('messages.type', '<>', 'reaction')

/** Newest first, strictly before the edge. */
export const older = (tx: TenantTx, conversationId: string, edge: Edge | undefined, limit: number) =>
  inConversation(tx, conversationId)
    .$if(edge !== undefined, (q) => q.where(sql<boolean>`(messages.at, messages.id) < (${edge?.at}::timestamptz, ${edge?.id}::uuid)`))
    .orderBy('messages.at', 'desc')
    .orderBy('messages.id', 'desc')
    .limit(limit)
    .execute()

/** Oldest first, strictly after the edge. */
export const newer = (tx: TenantTx, conversationId: string, edge: Edge, limit: number) =>
  inConversation(tx, conversationId)
    .where(sql<boolean>`(messages.at, messages.id) > (${edge.at}::timestamptz, ${edge.id}::uuid)`)
    .orderBy('messages.at', 'asc')
    .orderBy('messages.id', 'asc')
    .limit(limit)
    .execute()
