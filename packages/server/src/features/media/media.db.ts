import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

export type NewMedia = {
  id: string
  tenant_id: string
  kind: string
  mime: string
  filename: string | null
  voice: boolean
  animated: boolean
  sha256: Buffer | null
  status: string
  size?: string | null
  width?: number | null
  height?: number | null
  storage_key?: string | null
  provider_media_id?: string | null
  uploaded_by?: string | null
}

export const insert = (tx: TenantTx, rows: readonly NewMedia[]) =>
  rows.length === 0
    ? Promise.resolve([])
    : tx
        .insertInto('media')
        .values(rows.map((r) => ({ size: null, width: null, height: null, storage_key: null, provider_media_id: null, error: null, uploaded_by: null, ...r })))
        .returningAll()
        .execute()

export const find = (tx: TenantTx, id: string) => tx.selectFrom('media').selectAll().where('id', '=', id).executeTakeFirst()
export type MediaRow = NonNullable<Awaited<ReturnType<typeof find>>>

type Change = Partial<Pick<MediaRow, 'status' | 'size' | 'sha256' | 'width' | 'height' | 'storage_key' | 'error' | 'mime'>>
/** Answers the row as it was changed; undefined when it is stored already (a repeated download changes nothing). */
export const updateUnlessStored = (tx: TenantTx, id: string, change: Change) =>
  tx.updateTable('media').set(change).where('id', '=', id).where('status', '<>', 'stored').returningAll().executeTakeFirst()

/** Which messages show this media (through the index made for it): they change on screen when it arrives. */
export const messagesShowing = async (tx: TenantTx, mediaId: string) =>
  (await sql<{ id: string; conversation_id: string }>`select id, conversation_id from messages where media_id = ${mediaId}`.execute(tx)).rows
