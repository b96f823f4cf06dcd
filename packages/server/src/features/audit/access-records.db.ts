import { sql } from 'kysely'
import type { SystemTx } from '../../platform/database.ts'

export type NewRecord = { id: string; tenantId: string | null; sessionId: string; sealed: Buffer; gap: string | null }
export const append = (tx: SystemTx, r: NewRecord) =>
  sql`select access_record_append(${r.id}, ${r.tenantId}, ${r.sessionId}, ${r.sealed}, ${r.gap}::interval)`.execute(tx)

export type RecordRow = { id: string; session_id: string; at: Date; sealed: Buffer; mark: string }
/** Where a page begins: the time as PostgreSQL writes it, with its microseconds. */
export type Mark = { at: string; id: string }
export const FIRST: Mark = { at: '-infinity', id: '00000000-0000-0000-0000-000000000000' }

/** Any tenant's, or those of who runs the server: as the owner of the tables only. */
export const pageAsOwner = async (tx: SystemTx, tenantId: string | null, from: string, to: string, after: Mark, max: number): Promise<RecordRow[]> =>
  (
    await sql<RecordRow>`select id, session_id, at, sealed, at::text as mark from access_records
      where ${tenantId === null ? sql`tenant_id is null` : sql`tenant_id = ${tenantId}`} and at >= ${from}::timestamptz and at < ${to}::timestamptz
        and (at, id) > (${after.at}::timestamptz, ${after.id}::uuid) order by at, id limit ${max}`.execute(tx)
  ).rows

/** Records of the transaction's tenant, the oldest first. */
export const page = async (tx: SystemTx, from: string, to: string, after: Mark, max: number): Promise<RecordRow[]> =>
  (
    await sql<RecordRow>`select id, session_id, at, sealed, at::text as mark
      from door_access_records(${from}::timestamptz, ${to}::timestamptz, ${after.at}::timestamptz, ${after.id}::uuid, ${max})`.execute(tx)
  ).rows
