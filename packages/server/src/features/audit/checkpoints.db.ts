import { sql } from 'kysely'
import type { Database, SystemTx } from '../../platform/database.ts'
import type { StoredCheckpoint } from './chain.db.ts'

export type Asks = Database | SystemTx
export type KeyRow = { id: string; public_key: Buffer; private_sealed: Buffer; created_at: Date }

export const signingKeys = async (db: Asks): Promise<KeyRow[]> => (await sql<KeyRow>`select * from door_audit_keys()`.execute(db)).rows

type NewKey = { id: string; publicKey: Buffer; sealed: Buffer; insteadOf: string | null }
export const addSigningKey = (db: Asks, k: NewKey) => sql`select door_add_audit_key(${k.id}, ${k.publicKey}, ${k.sealed}, ${k.insteadOf})`.execute(db)

export type Due = { tenant_id: string | null; seq: string; hash: Buffer }
/** Chains that grew since their last checkpoint. */
export const due = async (db: Asks, max: number): Promise<Due[]> => (await sql<Due>`select * from door_audit_due(${max})`.execute(db)).rows

/** False when another process was first. */
export const addCheckpoint = async (db: Asks, c: StoredCheckpoint): Promise<boolean> =>
  (
    await sql<{ added: boolean }>`
      select door_audit_checkpoint(${c.id}, ${c.tenant_id}, ${c.seq}, ${c.hash}, ${c.at}, ${c.key_id}, ${c.signature}) as added`.execute(db)
  ).rows[0]?.added === true

export const uncopied = async (db: Asks, max: number): Promise<StoredCheckpoint[]> =>
  (await sql<StoredCheckpoint>`select * from door_audit_uncopied(${max})`.execute(db)).rows

export const markCopied = (db: Asks, ids: readonly string[]) => sql`select door_audit_copied(${sql.val(ids)}::uuid[])`.execute(db)
