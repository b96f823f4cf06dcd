import type { TenantTx } from '../../platform/database.ts'
import { openOr } from '../../platform/vault/broken.ts'
import { seal } from '../../platform/vault/sealed-value.ts'
import { contactKeys, openerFor, searchIndex } from '../../platform/vault/vault.ts'

export type Mark = { kind: string; hash: Buffer }
export type MarkOf = (key: { kind: string; value: string }) => Buffer

/** By what an identity is recognised: a keyed hash, the same for the same value within a tenant. */
export async function identityMarks(tx: TenantTx): Promise<MarkOf> {
  const index = await searchIndex(tx)
  return ({ kind, value }) => index.exact(kind, value)
}

/** Bound to its person: an identity that goes over to another contact is sealed anew. */
const placeOf = (table: 'contact_identities' | 'former_identities', contactId: string, { kind, hash }: Mark) =>
  `${table}:${contactId}:${kind}:${hash.toString('hex')}`

type Sealing = Mark & { contactId: string; value: string; address: string }
async function sealAll(tx: TenantTx, table: 'contact_identities' | 'former_identities', rows: readonly Sealing[]): Promise<Buffer[]> {
  const keys = await contactKeys(
    tx,
    rows.map((r) => r.contactId),
  )
  return rows.map((r) => {
    const key = keys.get(r.contactId)
    if (!key) throw new Error(`no key for contact ${r.contactId}`)
    return seal(key, placeOf(table, r.contactId, r), JSON.stringify({ value: r.value, address: r.address }))
  })
}
/** In the order of the list. */
export const sealCurrent = (tx: TenantTx, rows: readonly Sealing[]) => sealAll(tx, 'contact_identities', rows)
export const sealFormer = (tx: TenantTx, rows: readonly Omit<Sealing, 'address'>[]) =>
  sealAll(
    tx,
    'former_identities',
    rows.map((r) => ({ ...r, address: r.value })),
  )

type SealedIdentity = Mark & { contact_id: string; sealed: Buffer }
type Opened<R> = Omit<R, 'sealed'> & { value: string; address: string }

/** Those that can be read; one whose key is destroyed, or that somebody moved here in the database, is left out. */
async function openAll<R extends SealedIdentity>(tx: TenantTx, table: 'contact_identities' | 'former_identities', rows: readonly R[]): Promise<Opened<R>[]> {
  const opener = await openerFor(
    tx,
    rows.map((r) => r.sealed),
  )
  return rows.flatMap((row) => {
    const { sealed, ...rest } = row
    const json = openOr(tx, () => opener.text(placeOf(table, row.contact_id, row), sealed))
    if (typeof json !== 'string') return []
    const { value, address } = JSON.parse(json) as { value: string; address: string }
    return [{ ...rest, value, address }]
  })
}
export const openCurrent = <R extends SealedIdentity>(tx: TenantTx, rows: readonly R[]) => openAll(tx, 'contact_identities', rows)
export const openFormer = <R extends SealedIdentity>(tx: TenantTx, rows: readonly R[]) => openAll(tx, 'former_identities', rows)
