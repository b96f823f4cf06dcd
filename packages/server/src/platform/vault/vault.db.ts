import { sql } from 'kysely'
import type { TenantTx } from '../database.ts'

export type TenantKeyRow = { version: number; wrapped: Buffer }
export type DataKeyRow = { id: string; contact_id: string | null; tenant_key_version: number; wrapped: Buffer }
export type NewDataKey = { id: string; purpose: 'contact' | 'media' | 'tenant' | 'index'; contactId: string | null; version: number; wrapped: Buffer }

/** Newest first. */
export const tenantKeys = async (tx: TenantTx): Promise<TenantKeyRow[]> =>
  (await sql<TenantKeyRow>`select version, wrapped from tenant_keys where tenant_id = (select current_tenant()) order by version desc`.execute(tx)).rows

export const insertTenantKey = (tx: TenantTx, tenantId: string, row: TenantKeyRow) =>
  tx
    .insertInto('tenant_keys')
    .values({ tenant_id: tenantId, ...row })
    .onConflict((c) => c.columns(['tenant_id', 'version']).doNothing())
    .execute()

const columns = sql`id, contact_id, tenant_key_version, wrapped`
export const byIds = async (tx: TenantTx, ids: readonly string[]): Promise<DataKeyRow[]> =>
  (await sql<DataKeyRow>`select ${columns} from data_keys where id = any(${[...ids]}::uuid[])`.execute(tx)).rows
export const byContacts = async (tx: TenantTx, contactIds: readonly string[]): Promise<DataKeyRow[]> =>
  (await sql<DataKeyRow>`select ${columns} from data_keys where contact_id = any(${[...contactIds]}::uuid[]) and purpose = 'contact'`.execute(tx)).rows
export const byPurpose = async (tx: TenantTx, purpose: 'tenant' | 'index'): Promise<DataKeyRow | undefined> =>
  (await sql<DataKeyRow>`select ${columns} from data_keys where tenant_id = (select current_tenant()) and purpose = ${purpose}`.execute(tx)).rows[0]

/** Where somebody else made one at the same moment, theirs stays. */
export const insertDataKeys = (tx: TenantTx, tenantId: string, rows: readonly NewDataKey[]) =>
  sql`insert into data_keys (id, tenant_id, purpose, contact_id, tenant_key_version, wrapped)
    select a, ${tenantId}::uuid, b, c, d, e from unnest(${rows.map((r) => r.id)}::uuid[], ${rows.map((r) => r.purpose)}::text[], ${rows.map((r) => r.contactId)}::uuid[],
      ${rows.map((r) => r.version)}::int[], ${rows.map((r) => r.wrapped)}::bytea[]) x(a, b, c, d, e) on conflict do nothing`.execute(tx)

/** Answers how many there were. */
export const removeOfContacts = async (tx: TenantTx, contactIds: readonly string[]): Promise<number> =>
  Number((await sql`delete from data_keys where contact_id = any(${[...contactIds]}::uuid[])`.execute(tx)).numAffectedRows ?? 0n)

export const giveToContact = (tx: TenantTx, keyId: string, contactId: string | null) =>
  sql`update data_keys set contact_id = ${contactId}::uuid where id = ${keyId}::uuid and purpose = 'media'`.execute(tx)
