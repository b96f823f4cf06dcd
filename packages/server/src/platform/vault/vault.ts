import { createHmac, randomBytes } from 'node:crypto'
import { keysOf, type TenantTx, tenantOf } from '../database.ts'
import { uuidv7 } from '../ids.ts'
import { keyObject } from './key-object.ts'
import { type DataKey, keyIdOf, SealBroken, seal, unseal } from './sealed-value.ts'
import * as db from './vault.db.ts'

/** Unwrapped keys by what wraps them: an entry can never be out of date, since it is found by the wrapped bytes that the database shows now. */
const UNWRAPPED_MAX = 20_000
const unwrapped = new Map<string, Buffer>()
const cacheName = (place: string, wrapped: Buffer) => `${place} ${wrapped.toString('base64')}`
function remember(place: string, wrapped: Buffer, unwrap: () => Buffer): Buffer {
  const name = cacheName(place, wrapped)
  let key = unwrapped.get(name)
  if (!key) {
    key = unwrap()
    const oldest = unwrapped.size >= UNWRAPPED_MAX ? unwrapped.keys().next().value : undefined
    if (oldest !== undefined) unwrapped.delete(oldest)
    unwrapped.set(name, key)
  }
  return key
}

export const tenantKeyPlace = (tenantId: string, version: number) => `tenant_keys:${tenantId}:${version}`
export const dataKeyPlace = (id: string) => `data_keys:${id}`

type TenantKeys = { newest: number; byVersion: Map<number, Buffer> }
/** What one transaction has read; never outlives it. */
type Memo = { tenants: Map<string, TenantKeys>; keys: Map<string, DataKey>; contacts: Map<string, DataKey>; purposes: Map<string, DataKey> }
const memos = new WeakMap<object, Memo>()
function memoOf(tx: TenantTx): Memo {
  const memo = memos.get(tx) ?? { tenants: new Map(), keys: new Map(), contacts: new Map(), purposes: new Map() }
  memos.set(tx, memo)
  return memo
}

async function readTenantKeys(tx: TenantTx, tenantId: string): Promise<TenantKeys> {
  const { masters } = keysOf(tx)
  let rows = await db.tenantKeys(tx)
  if (rows.length === 0) {
    await db.insertTenantKey(tx, tenantId, { version: 1, wrapped: masters.wrap(tenantKeyPlace(tenantId, 1), randomBytes(32)) })
    rows = await db.tenantKeys(tx)
  }
  const byVersion = new Map(
    rows.map(({ version, wrapped }) => {
      const place = tenantKeyPlace(tenantId, version)
      return [version, remember(place, wrapped, () => masters.unwrap(place, wrapped))]
    }),
  )
  return { newest: rows[0]?.version ?? 0, byVersion }
}

async function tenantKeysOf(tx: TenantTx, fresh = false): Promise<TenantKeys> {
  const tenantId = tenantOf(tx)
  const { tenants } = memoOf(tx)
  const known = fresh ? undefined : tenants.get(tenantId)
  const keys = known ?? (await readTenantKeys(tx, tenantId))
  tenants.set(tenantId, keys)
  return keys
}

/** The tenant's keys are read only when one of these was not unwrapped before. */
async function open(tx: TenantTx, rows: readonly db.DataKeyRow[]): Promise<DataKey[]> {
  const isNew = (r: db.DataKeyRow) => !unwrapped.has(cacheName(dataKeyPlace(r.id), r.wrapped))
  let own = rows.some(isNew) ? await tenantKeysOf(tx) : undefined
  // A rotation that ended since this transaction began: its version is read now.
  if (own && rows.some((r) => isNew(r) && !own?.byVersion.has(r.tenant_key_version))) own = await tenantKeysOf(tx, true)
  return rows.map((r) => {
    const place = dataKeyPlace(r.id)
    const key = remember(place, r.wrapped, () => {
      const tenantKey = own?.byVersion.get(r.tenant_key_version)
      if (!tenantKey) throw new SealBroken(place)
      return unseal({ id: VERSIONED, key: tenantKey }, place, r.wrapped)
    })
    const made = { id: r.id, key }
    memoOf(tx).keys.set(r.id, made)
    return made
  })
}

/** A data key names the version of its tenant's key in its row, not in the value. */
const VERSIONED = '00000000-0000-0000-0000-000000000000'

async function make(tx: TenantTx, list: readonly { purpose: db.NewDataKey['purpose']; contactId: string | null }[]): Promise<string[]> {
  const { newest, byVersion } = await tenantKeysOf(tx)
  const tenantKey = byVersion.get(newest) ?? Buffer.alloc(0)
  const rows = list.map((item) => {
    const id = uuidv7()
    return { id, ...item, version: newest, wrapped: wrapDataKey(tenantKey, id, randomBytes(32)) }
  })
  await db.insertDataKeys(tx, tenantOf(tx), rows)
  return rows.map((r) => r.id)
}

/** Wraps a data key with a version of its tenant's key. */
export const wrapDataKey = (tenantKey: Buffer, id: string, key: Buffer): Buffer => seal({ id: VERSIONED, key: tenantKey }, dataKeyPlace(id), key)
export const unwrapDataKey = (tenantKey: Buffer, id: string, wrapped: Buffer): Buffer => unseal({ id: VERSIONED, key: tenantKey }, dataKeyPlace(id), wrapped)

/**
 * The keys of these people's content, made where there is none yet; the rows of new contacts may follow in the same transaction.
 * One statement for all that are known.
 */
export async function contactKeys(tx: TenantTx, contactIds: readonly string[]): Promise<Map<string, DataKey>> {
  const { contacts } = memoOf(tx)
  const wanted = [...new Set(contactIds)]
  const read = async (ids: readonly string[]) => {
    if (ids.length === 0) return
    const rows = await db.byContacts(tx, ids)
    const keys = await open(tx, rows)
    for (const [i, row] of rows.entries()) if (row.contact_id && keys[i]) contacts.set(row.contact_id, keys[i])
  }
  await read(wanted.filter((id) => !contacts.has(id)))
  const missing = wanted.filter((id) => !contacts.has(id)).toSorted()
  if (missing.length > 0) {
    await make(
      tx,
      missing.map((contactId) => ({ purpose: 'contact' as const, contactId })),
    )
    await read(missing)
  }
  return new Map(wanted.flatMap((id) => (contacts.has(id) ? [[id, contacts.get(id) as DataKey]] : [])))
}

/** The key of one person. @throws when their key cannot be made */
export async function contactKey(tx: TenantTx, contactId: string): Promise<DataKey> {
  const key = (await contactKeys(tx, [contactId])).get(contactId)
  if (!key) throw new SealBroken(`contact ${contactId}`)
  return key
}

/** So long a company's own two keys are used without asking again: they hardly ever change, and every batch needs them. */
const KEEP_MS = 30_000
const kept = new WeakMap<object, Map<string, { key: DataKey; until: number }>>()
function keptOf(tx: TenantTx) {
  const { adapter } = tx.getExecutor()
  const known = kept.get(adapter) ?? new Map()
  kept.set(adapter, known)
  return known
}

async function keyFor(tx: TenantTx, purpose: 'tenant' | 'index'): Promise<DataKey> {
  const { purposes } = memoOf(tx)
  const name = `${tenantOf(tx)}/${purpose}`
  const outside = keptOf(tx).get(name)
  const known = purposes.get(name) ?? (outside && outside.until > Date.now() ? outside.key : undefined)
  // Opening what it sealed needs no further look.
  if (known) memoOf(tx).keys.set(known.id, known)
  if (known) return known
  let row = await db.byPurpose(tx, purpose)
  const wasThere = row !== undefined
  if (!row) {
    await make(tx, [{ purpose, contactId: null }])
    row = await db.byPurpose(tx, purpose)
  }
  const [key] = row ? await open(tx, [row]) : []
  if (!key) throw new SealBroken(purpose)
  purposes.set(name, key)
  // One that this transaction made may yet be rolled back: nobody else may seal with it.
  if (wasThere && !makers.has(tx)) keptOf(tx).set(name, { key, until: Date.now() + KEEP_MS })
  else makers.add(tx)
  return key
}
/** Transactions that made a key of their company. */
const makers = new WeakSet<object>()

/** The key of what is the company's own and nobody's in particular: raw deliveries, account events. */
export const tenantKey = (tx: TenantTx): Promise<DataKey> => keyFor(tx, 'tenant')

/** New keys, one per file, in the order given; of a person, or of nobody yet (`giveKey` later). */
export async function mediaKeys(tx: TenantTx, contactIds: readonly (string | null)[]): Promise<DataKey[]> {
  if (contactIds.length === 0) return []
  const ids = await make(
    tx,
    contactIds.map((contactId) => ({ purpose: 'media' as const, contactId })),
  )
  const keys = new Map((await open(tx, await db.byIds(tx, ids))).map((k) => [k.id, k]))
  return ids.map((id) => {
    const key = keys.get(id)
    if (!key) throw new SealBroken(`media key ${id}`)
    return key
  })
}

/** A new key for one file. */
export async function mediaKey(tx: TenantTx, contactId: string | null): Promise<DataKey> {
  const [key] = await mediaKeys(tx, [contactId])
  if (!key) throw new SealBroken('media key')
  return key
}

/** A file's key belongs to this person from now on, and ends with them; null: to the company again. */
export const giveKey = async (tx: TenantTx, keyId: string, contactId: string | null): Promise<void> => void (await db.giveToContact(tx, keyId, contactId))

/** Keyed hashes, by which what is sealed can be found: equal things have equal hashes within a tenant, and nowhere else. */
export type Index = {
  /** 16 bytes: for what must be unique. */
  exact: (kind: string, value: string) => Buffer
  /** A signed 64-bit number, as text for the driver: for words in an index. */
  word: (kind: string, value: string) => string
}
export async function searchIndex(tx: TenantTx): Promise<Index> {
  const { key } = await keyFor(tx, 'index')
  const hash = (kind: string, value: string) => createHmac('sha256', keyObject(key)).update(`${kind}\0${value}`).digest()
  return { exact: (kind, value) => hash(kind, value).subarray(0, 16), word: (kind, value) => hash(kind, value).readBigInt64BE(0).toString() }
}

/** Opens values whose keys were read beforehand. */
export type Opener = {
  /** Undefined when the key is destroyed: nobody can read it any more. @throws SealBroken */
  text: (place: string, sealed: Buffer | null | undefined) => string | null | undefined
  bytes: (place: string, sealed: Buffer | null | undefined) => Buffer | null | undefined
}

const keyIdsOf = (values: readonly (Buffer | null | undefined)[]): Set<string> =>
  new Set(
    values.flatMap((v) => {
      try {
        return v ? [keyIdOf(v)] : []
      } catch {
        // One value that is no value is told where it is opened: the others must not suffer from it.
        return []
      }
    }),
  )

/** Puts the keys into the memo; answers which of them do not open themselves. */
async function readKeys(tx: TenantTx, ids: readonly string[]): Promise<Set<string>> {
  const broken = new Set<string>()
  for (const row of ids.length > 0 ? await db.byIds(tx, ids) : []) {
    await open(tx, [row]).catch((e: unknown) => {
      if (!(e instanceof SealBroken)) throw e
      broken.add(row.id)
    })
  }
  return broken
}

/** Reads the keys of these values in one statement (nulls are passed over), and answers what opens them. One that is broken spoils no other. */
export async function openerFor(tx: TenantTx, values: readonly (Buffer | null | undefined)[]): Promise<Opener> {
  const { keys } = memoOf(tx)
  const broken = await readKeys(
    tx,
    [...keyIdsOf(values)].filter((id) => !keys.has(id)),
  )
  const bytes: Opener['bytes'] = (place, sealed) => {
    if (!sealed) return null
    const id = keyIdOf(sealed, place)
    if (broken.has(id)) throw new SealBroken(place)
    const key = keys.get(id)
    return key && unseal(key, place, sealed)
  }
  const text: Opener['text'] = (place, sealed) => {
    const value = bytes(place, sealed)
    return value ? value.toString('utf8') : value
  }
  return { text, bytes }
}

/** The key itself, for what is not one value (a file in pieces). Undefined when it is destroyed. */
export async function dataKey(tx: TenantTx, id: string): Promise<DataKey | undefined> {
  return memoOf(tx).keys.get(id) ?? (await open(tx, await db.byIds(tx, [id])))[0]
}

/** What these people's keys sealed is unreadable from the commit on, wherever a copy lies. Answers how many keys were destroyed. */
export async function destroyContactKeys(tx: TenantTx, contactIds: readonly string[]): Promise<number> {
  memos.delete(tx)
  return db.removeOfContacts(tx, contactIds)
}
