import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { touch } from './people.db.ts'
import type { Key } from './person.ts'
import { identityMarks, sealCurrent, sealFormer } from './sealed-identity.ts'
import { inOrder, type Tenure } from './tenures.ts'

type Row = { contact_id: string; scope: string; since: Date | null; until: Date | null; reason: Tenure['reason'] }

/** Who had this, and when: those that ended and the one of today. */
export async function tenuresOf(tx: TenantTx, key: Key): Promise<Tenure[]> {
  const hash = (await identityMarks(tx))(key)
  const { rows } = await sql<Row>`
    select contact_id, scope, since, until, reason from former_identities
      where tenant_id = (select current_tenant()) and kind = ${key.kind} and hash = ${hash}
    union all select contact_id, scope, since, null, null from contact_identities
      where tenant_id = (select current_tenant()) and kind = ${key.kind} and hash = ${hash}`.execute(tx)
  return inOrder(rows.map((r) => ({ contactId: r.contact_id, scope: r.scope, since: r.since, until: r.until, reason: r.reason })))
}

const same = (a: Tenure | undefined, b: Tenure): boolean =>
  a !== undefined &&
  a.contactId === b.contactId &&
  a.scope === b.scope &&
  a.reason === b.reason &&
  a.since?.getTime() === b.since?.getTime() &&
  a.until?.getTime() === b.until?.getTime()

/** Writes what is different. Answers whose identities of today became others. */
export async function writeTenures(tx: TenantTx, tenantId: string, key: Key, before: readonly Tenure[], after: readonly Tenure[]): Promise<string[]> {
  const hash = (await identityMarks(tx))(key)
  const [was, is] = [before.find((t) => !t.until), after.find((t) => !t.until)]
  await writePast(tx, tenantId, key, hash, before, after)
  if (was && !is) await sql`delete from contact_identities where tenant_id = ${tenantId}::uuid and kind = ${key.kind} and hash = ${hash}`.execute(tx)
  else if (was && is && was.contactId === is.contactId && !same(was, is)) {
    await sql`update contact_identities set since = ${is.since}::timestamptz, scope = ${is.scope}
      where tenant_id = ${tenantId}::uuid and kind = ${key.kind} and hash = ${hash}`.execute(tx)
  } else if (is && was?.contactId !== is.contactId) {
    const [sealed] = await sealCurrent(tx, [{ ...key, hash, contactId: is.contactId }])
    await sql`insert into contact_identities (tenant_id, kind, hash, contact_id, sealed, scope, since)
      values (${tenantId}::uuid, ${key.kind}, ${hash}, ${is.contactId}::uuid, ${sealed}, ${is.scope}, ${is.since}::timestamptz)
      on conflict (tenant_id, kind, hash) do update set contact_id = excluded.contact_id, sealed = excluded.sealed, scope = excluded.scope,
        since = excluded.since, used_at = null, created_at = now()`.execute(tx)
  }
  const changed = was?.contactId === is?.contactId ? [] : [was, is].flatMap((t) => (t ? [t.contactId] : []))
  touch(
    tx,
    [...before, ...after].map((t) => t.contactId),
  )
  return changed
}

async function writePast(tx: TenantTx, tenantId: string, key: Key, hash: Buffer, before: readonly Tenure[], after: readonly Tenure[]): Promise<void> {
  const past = after.filter((t) => t.until)
  const gone = before.filter((t) => t.until && !past.some((p) => p.contactId === t.contactId)).map((t) => t.contactId)
  if (gone.length > 0)
    await sql`delete from former_identities where tenant_id = ${tenantId}::uuid and contact_id = any(${gone}::uuid[]) and kind = ${key.kind} and hash = ${hash}`.execute(
      tx,
    )
  const rows = past.filter((t) => !before.some((b) => same(b, t)))
  if (rows.length === 0) return
  const sealed = await sealFormer(
    tx,
    rows.map((r) => ({ ...key, hash, contactId: r.contactId })),
  )
  await sql`insert into former_identities (tenant_id, contact_id, kind, hash, sealed, scope, since, until, reason)
    select ${tenantId}::uuid, c, ${key.kind}, ${hash}::bytea, w, s, f, u, r from unnest(${rows.map((x) => x.contactId)}::uuid[], ${sealed}::bytea[],
      ${rows.map((x) => x.scope)}::text[], ${rows.map((x) => x.since)}::timestamptz[], ${rows.map((x) => x.until)}::timestamptz[],
      ${rows.map((x) => x.reason)}::text[]) x(c, w, s, f, u, r)
    on conflict (tenant_id, contact_id, kind, hash) do update set scope = excluded.scope, since = excluded.since, until = excluded.until,
      reason = excluded.reason`.execute(tx)
}
