import { sql } from 'kysely'
import type { SystemTx } from '../../platform/database.ts'
import type { ChainRow, Checkpoint } from './chain.ts'
import type { ChainSource, Head } from './verify-chain.ts'

/** `tenant_id = null` would find nothing, and `is not distinct from` no index. */
const ofChain = (tenantId: string | null) => (tenantId === null ? sql`tenant_id is null` : sql`tenant_id = ${tenantId}`)

type Stored = Omit<ChainRow, 'seq' | 'micros' | 'old'> & {
  seq: string
  micros: string
  oldSalt: string | null
  oldIp: string | null
  oldDetails: string | null
}

const toRow = ({ seq, micros, oldSalt, oldIp, oldDetails, ...row }: Stored): ChainRow => ({
  ...row,
  seq: BigInt(seq),
  micros: BigInt(micros),
  old: oldSalt === null ? null : { salt: oldSalt, ip: oldIp, details: oldDetails },
})

async function rowsAfter(tx: SystemTx, tenantId: string | null, after: { seq: bigint; id: string } | undefined, limit: number): Promise<ChainRow[]> {
  const rest = after === undefined ? sql`true` : sql`(seq, id) > (${after.seq}::bigint, ${after.id}::uuid)`
  const { rows } = await sql<Stored>`
    select id, tenant_id as "tenantId", seq, version, (extract(epoch from at) * 1000000)::bigint as micros, actor_user_id as "actorId", action,
      object_type as "objectType", object_id as "objectId", outcome, request_id as "requestId", sealed, coalesce(prev_hash, '') as "prevHash",
      coalesce(hash, '') as hash, case when version = 0 then old_salt end as "oldSalt", old_ip as "oldIp", old_details::text as "oldDetails"
    from audit_logs where ${ofChain(tenantId)} and seq is not null and ${rest} order by seq, id limit ${limit}`.execute(tx)
  return rows.map(toRow)
}

async function headOf(tx: SystemTx, tenantId: string | null): Promise<Head | undefined> {
  const { rows } = await sql<{ seq: string; hash: Buffer; mark: string }>`
    select seq, hash, checkpoint_seq as mark from audit_heads where ${ofChain(tenantId)}`.execute(tx)
  return rows[0] && { seq: BigInt(rows[0].seq), hash: rows[0].hash, checkpointSeq: BigInt(rows[0].mark) }
}

export type StoredCheckpoint = { id: string; tenant_id: string | null; seq: string; hash: Buffer; at: Date; key_id: string; signature: Buffer }
export const toCheckpoint = (c: StoredCheckpoint): Checkpoint => ({
  version: 1,
  tenantId: c.tenant_id,
  seq: Number(c.seq),
  hash: c.hash.toString('hex'),
  at: c.at.toISOString(),
  keyId: c.key_id,
  signature: c.signature.toString('hex'),
})

/** Signed marks of a chain, the oldest first. */
export async function checkpointsOf(tx: SystemTx, tenantId: string | null): Promise<Checkpoint[]> {
  const { rows } = await sql<StoredCheckpoint>`
    select id, tenant_id, seq, hash, at, key_id, signature from audit_checkpoints where ${ofChain(tenantId)} order by seq`.execute(tx)
  return rows.map(toCheckpoint)
}

async function place(tx: SystemTx, tenantId: string | null, column: 'hash' | 'prev_hash', hash: Buffer): Promise<bigint | undefined> {
  const { rows } = await sql<{ seq: string }>`
    select seq from audit_logs where ${ofChain(tenantId)} and ${sql.ref(column)} = ${hash} and seq is not null order by seq limit 1`.execute(tx)
  return rows[0] && BigInt(rows[0].seq)
}

/** The chain of a tenant, or of the server, in a transaction that may see it. */
export const chainIn = (tx: SystemTx, tenantId: string | null): ChainSource => ({
  head: () => headOf(tx, tenantId),
  rows: (after, limit) => rowsAfter(tx, tenantId, after, limit),
  checkpoints: () => checkpointsOf(tx, tenantId),
  placeOf: (hash) => place(tx, tenantId, 'hash', hash),
  followerOf: (hash) => place(tx, tenantId, 'prev_hash', hash),
  strays: async () =>
    Number((await sql<{ n: string }>`select count(*) as n from audit_logs where ${ofChain(tenantId)} and seq is null`.execute(tx)).rows[0]?.n ?? 0),
})

export async function lastCheckpointOf(tx: SystemTx, tenantId: string | null): Promise<Checkpoint | undefined> {
  const { rows } = await sql<StoredCheckpoint>`
    select id, tenant_id, seq, hash, at, key_id, signature from audit_checkpoints where ${ofChain(tenantId)} order by seq desc limit 1`.execute(tx)
  return rows[0] && toCheckpoint(rows[0])
}
