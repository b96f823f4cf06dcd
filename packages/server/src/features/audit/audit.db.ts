import { sql } from 'kysely'
import type { SystemTx } from '../../platform/database.ts'

export type NewLine = {
  id: string
  tenantId: string | null
  actorId: string | null
  action: string
  objectType: string | null
  objectId: string | null
  outcome: string
  requestId: string | null
  sealed: Buffer
}

export const append = (tx: SystemTx, l: NewLine) =>
  sql`select audit_append(${l.id}, ${l.tenantId}, ${l.actorId}, ${l.action}, ${l.objectType}, ${l.objectId}, ${l.outcome}, ${l.requestId}, ${l.sealed})`.execute(
    tx,
  )

/** True for the first look of this person at this conversation in this hour. */
export const isFirstView = async (tx: SystemTx, tenantId: string, userId: string, conversationId: string): Promise<boolean> =>
  (
    await sql`insert into audit_views (tenant_id, user_id, conversation_id) values (${tenantId}, ${userId}, ${conversationId}) on conflict do nothing`.execute(
      tx,
    )
  ).numAffectedRows === 1n

export type Filter = {
  from?: string | undefined
  to?: string | undefined
  actorId?: string | undefined
  action?: string | undefined
  outcome?: string | undefined
  calls?: string | undefined
}
export type Line = {
  id: string
  seq: string
  version: number
  at: Date
  actor_user_id: string | null
  actor_name: string | null
  action: string
  object_type: string | null
  object_id: string | null
  object_name: string | null
  outcome: string
  request_id: string | null
  sealed: Buffer
  hash: Buffer
  old_ip: string | null
  old_details: Record<string, unknown> | null
}

/** Lines of a chain below a place, the newest first. */
export async function lines(tx: SystemTx, tenantId: string | null, f: Filter, below: string | undefined, limit: number): Promise<Line[]> {
  let query = tx
    .selectFrom('audit_logs as l')
    .leftJoin('users as u', 'u.id', 'l.actor_user_id')
    .leftJoin('users as o', (join) => join.onRef('o.id', '=', 'l.object_id').on('l.object_type', '=', 'user'))
    .select([
      'l.id',
      sql<string>`l.seq`.as('seq'),
      'l.version',
      'l.at',
      'l.actor_user_id',
      'u.name as actor_name',
      'o.name as object_name',
      'l.action',
      'l.object_type',
      'l.object_id',
      'l.outcome',
      'l.request_id',
      'l.sealed',
      sql<Buffer>`l.hash`.as('hash'),
      'l.old_ip',
      'l.old_details',
    ])
    .where('l.tenant_id', tenantId === null ? 'is' : '=', tenantId)
    .where('l.seq', 'is not', null)
    .orderBy('l.seq', 'desc')
    .limit(limit)
  if (below !== undefined) query = query.where('l.seq', '<', below)
  if (f.from !== undefined) query = query.where('l.at', '>=', new Date(f.from))
  if (f.to !== undefined) query = query.where('l.at', '<', new Date(f.to))
  if (f.actorId !== undefined) query = query.where('l.actor_user_id', '=', f.actorId)
  if (f.action !== undefined) query = query.where('l.action', '=', f.action)
  if (f.outcome !== undefined) query = query.where('l.outcome', '=', f.outcome)
  if (f.calls === 'hidden') query = query.where('l.action', '<>', 'admin.call')
  return query.execute()
}
