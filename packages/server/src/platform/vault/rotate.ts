import { randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import { type Database, inTenant, type TenantTx } from '../database.ts'
import type { Keys } from '../keys.ts'
import { serverKeyPlace, serverKeyVersionPlace } from './server-key.ts'
import { tenantKeyPlace, unwrapDataKey, wrapDataKey } from './vault.ts'

/** Keys that are wrapped anew in one transaction: short locks, so that traffic does not wait. */
const BATCH = 500

export type Progress = (done: number, total: number) => void

type TenantKeyRow = { version: number; wrapped: Buffer }
const tenantKeyRows = async (tx: TenantTx): Promise<TenantKeyRow[]> =>
  (await sql<TenantKeyRow>`select version, wrapped from tenant_keys where tenant_id = (select current_tenant()) order by version for update`.execute(tx)).rows

/** Wraps this tenant's keys with the current master key. Answers how many were wrapped by another. */
async function rewrapTenant(tx: TenantTx, keys: Keys, tenantId: string): Promise<number> {
  const stale = (await tenantKeyRows(tx)).filter((r) => !keys.masters.isCurrent(r.wrapped))
  for (const { version, wrapped } of stale) {
    const place = tenantKeyPlace(tenantId, version)
    const anew = keys.masters.wrap(place, keys.masters.unwrap(place, wrapped))
    await sql`update tenant_keys set wrapped = ${anew} where tenant_id = ${tenantId}::uuid and version = ${version}`.execute(tx)
  }
  return stale.length
}

async function rewrapServerKey(owner: Database, keys: Keys): Promise<void> {
  await owner.transaction().execute(async (tx) => {
    const { rows } = await sql<{ wrapped: Buffer }>`select wrapped from server_keys where purpose = 'root' for update`.execute(tx)
    const [row] = rows
    if (row && !keys.masters.isCurrent(row.wrapped)) {
      const anew = keys.masters.wrap(serverKeyPlace, keys.masters.unwrap(serverKeyPlace, row.wrapped))
      await sql`update server_keys set wrapped = ${anew}, rewrapped_at = now() where purpose = 'root'`.execute(tx)
    }
    const later = await sql<{ version: number; wrapped: Buffer }>`select version, wrapped from server_key_versions order by version for update`.execute(tx)
    for (const { version, wrapped } of later.rows.filter((r) => !keys.masters.isCurrent(r.wrapped))) {
      const place = serverKeyVersionPlace(version)
      const anew = keys.masters.wrap(place, keys.masters.unwrap(place, wrapped))
      await sql`update server_key_versions set wrapped = ${anew} where version = ${version}`.execute(tx)
    }
  })
}

/** Every tenant's id, as the owner of the tables sees them. */
export const allTenants = async (owner: Database): Promise<string[]> =>
  (await sql<{ id: string }>`select id from tenants order by created_at, id`.execute(owner)).rows.map((r) => r.id)

/**
 * After the master key was replaced: wraps the server's key and every tenant's with the current one. Content is not touched. It may
 * be stopped and run again; the end is reached when nothing is wrapped by another key any more.
 * @param owner a connection as the owner of the tables
 * @returns how many keys were wrapped anew
 */
export async function rotateMaster(owner: Database, app: Database, keys: Keys, progress: Progress): Promise<number> {
  keys.masters.refresh()
  await rewrapServerKey(owner, keys)
  let anew = 0
  for (;;) {
    const tenants = await allTenants(owner)
    for (const [i, id] of tenants.entries()) {
      anew += await inTenant(app, id, (tx) => rewrapTenant(tx, keys, id))
      progress(i + 1, tenants.length)
    }
    if ((await countStale(owner, keys)) === 0) return anew
  }
}

/** Waits for whoever is writing a key at this moment, perhaps still with the old master key, and counts what is left. */
async function countStale(owner: Database, keys: Keys): Promise<number> {
  return owner.transaction().execute(async (tx) => {
    await sql`lock table tenant_keys, server_key_versions in share row exclusive mode`.execute(tx)
    const { rows } = await sql<{ wrapped: Buffer }>`select wrapped from tenant_keys union all select wrapped from server_keys
      union all select wrapped from server_key_versions`.execute(tx)
    return rows.filter((r) => !keys.masters.isCurrent(r.wrapped)).length
  })
}

type TenantState = { newest: number; byVersion: Map<number, Buffer> }
async function readState(tx: TenantTx, keys: Keys, tenantId: string): Promise<TenantState> {
  const rows = await tenantKeyRows(tx)
  const byVersion = new Map(rows.map((r) => [r.version, keys.masters.unwrap(tenantKeyPlace(tenantId, r.version), r.wrapped)]))
  return { newest: Math.max(0, ...byVersion.keys()), byVersion }
}

/** Begins a new version, unless an earlier rotation has not ended: then that one goes on. */
async function beginVersion(tx: TenantTx, keys: Keys, tenantId: string): Promise<TenantState> {
  const state = await readState(tx, keys, tenantId)
  if (state.byVersion.size !== 1) return state.newest === 0 ? addVersion(tx, keys, tenantId, state) : state
  return addVersion(tx, keys, tenantId, state)
}

async function addVersion(tx: TenantTx, keys: Keys, tenantId: string, { newest, byVersion }: TenantState): Promise<TenantState> {
  const [version, key] = [newest + 1, randomBytes(32)]
  const wrapped = keys.masters.wrap(tenantKeyPlace(tenantId, version), key)
  await sql`insert into tenant_keys (tenant_id, version, wrapped) values (${tenantId}::uuid, ${version}, ${wrapped})`.execute(tx)
  return { newest: version, byVersion: new Map([...byVersion, [version, key]]) }
}

type DataKeyRow = { id: string; tenant_key_version: number; wrapped: Buffer }
async function rewrapBatch(tx: TenantTx, { newest, byVersion }: TenantState): Promise<number> {
  const { rows } = await sql<DataKeyRow>`select id, tenant_key_version, wrapped from data_keys
    where tenant_id = (select current_tenant()) and tenant_key_version < ${newest} order by id limit ${BATCH} for update`.execute(tx)
  const target = byVersion.get(newest)
  const anew = rows.flatMap((r) => {
    const old = byVersion.get(r.tenant_key_version)
    return old && target ? [{ id: r.id, wrapped: wrapDataKey(target, r.id, unwrapDataKey(old, r.id, r.wrapped)) }] : []
  })
  await sql`update data_keys k set wrapped = x.w, tenant_key_version = ${newest}
    from unnest(${anew.map((a) => a.id)}::uuid[], ${anew.map((a) => a.wrapped)}::bytea[]) x(id, w) where k.id = x.id`.execute(tx)
  return anew.length
}

/** Removes the versions that nothing is wrapped by. False while somebody still writes with one of them. */
async function retireVersions(app: Database, tenantId: string, newest: number): Promise<boolean> {
  try {
    return await inTenant(app, tenantId, async (tx) => {
      const { rows } = await sql<{
        n: number
      }>`select count(*)::int n from data_keys where tenant_id = (select current_tenant()) and tenant_key_version < ${newest}`.execute(tx)
      if (rows[0]?.n !== 0) return false
      await sql`delete from tenant_keys where tenant_id = (select current_tenant()) and version < ${newest}`.execute(tx)
      return true
    })
  } catch (e) {
    // The foreign key holds: a transaction that began before the new version made a key with the old one.
    if (e instanceof Error && 'code' in e && e.code === '23503') return false
    throw e
  }
}

/**
 * A new key for one tenant: every data key of theirs is wrapped anew, a few hundred at a time, while traffic flows; then the old
 * version is removed. It may be stopped and run again, and goes on where it was.
 * @returns the new version, and how many keys were wrapped anew
 */
export async function rotateTenant(app: Database, keys: Keys, tenantId: string, progress: Progress): Promise<{ version: number; keys: number }> {
  const state = await inTenant(app, tenantId, (tx) => beginVersion(tx, keys, tenantId))
  const total = await inTenant(app, tenantId, async (tx) => {
    const { rows } = await sql<{
      n: number
    }>`select count(*)::int n from data_keys where tenant_id = (select current_tenant()) and tenant_key_version < ${state.newest}`.execute(tx)
    return rows[0]?.n ?? 0
  })
  let done = 0
  for (;;) {
    const now = await inTenant(app, tenantId, (tx) => rewrapBatch(tx, state))
    done += now
    progress(Math.min(done, Math.max(total, done)), Math.max(total, done))
    if (now === 0 && (await retireVersions(app, tenantId, state.newest))) return { version: state.newest, keys: done }
  }
}
