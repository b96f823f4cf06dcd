import { sql } from 'kysely'
import { openPeople } from '../../features/contacts/sealed-person.ts'
import { type Database, inTenant, openDatabase, useKeys } from '../../platform/database.ts'
import type { Keys } from '../../platform/keys.ts'
import { SealBroken } from '../../platform/vault/sealed-value.ts'
import { loadServerKeys } from '../../platform/vault/server-key.ts'
import { openerFor } from '../../platform/vault/vault.ts'
import { connect } from './database-place.ts'
import { type Erasure, readErasures, replayErasures } from './erasures.ts'
import type { Manifest } from './manifest.ts'
import { countRows } from './take-backup.ts'
import type { Target } from './target.ts'

/** What is wrong with restored data; `what` names it. */
export type Fault = {
  code:
    | 'rows_missing'
    | 'audit_broken'
    | 'not_opened'
    | 'erasures_missing'
    | 'erasures_unreadable'
    | 'erasures_unreached'
    | 'login_missing'
    | 'media_missing'
    | 'archive_left'
    | 'settings_left'
  what: string
}
export type Chain = { chain: string; ok: boolean; break: { kind: string; seq: number } | null }
/** Goes through the chains of the diary; handed in, since the command line has it. */
export type VerifyChains = (installation: { db: Database; keys: Keys; ownerUrl: string }) => Promise<Chain[]>

export type Checked = { counts: Record<string, number>; opened: number; erased: number; chains: number; faults: Fault[] }
type Checking = {
  url: string
  keys: Keys
  /** Every place where lists of erasures may lie. */
  places: readonly Target[]
  /** Rows as the backup noted them, to compare with. */
  counts: Manifest['counts']
  verifyChains: VerifyChains
}

const SAMPLE = 50
/** Rows may have been deleted since they were counted; a tenth of a table does not go in a night. */
const MAY_LACK = 0.1

async function openSample(db: Database): Promise<{ opened: number; faults: Fault[] }> {
  const { rows: tenants } = await sql<{ id: string }>`select id from tenants order by created_at desc limit 20`.execute(db)
  const faults: Fault[] = []
  let opened = 0
  for (const { id } of tenants) {
    await inTenant(db, id, async (tx) => {
      const people = await sql<{
        id: string
        sealed: Buffer
      }>`select id, sealed from contacts where tenant_id = ${id}::uuid and sealed is not null order by id desc limit ${SAMPLE}`.execute(tx)
      for (const [contact, person] of await openPeople(tx, people.rows)) {
        if (person.state === 'broken') faults.push({ code: 'not_opened', what: `contacts ${contact}` })
        else opened++
      }
      const messages = await sql<{
        id: string
        sealed: Buffer
      }>`select id, sealed from messages where tenant_id = ${id}::uuid and sealed is not null order by id desc limit ${SAMPLE}`.execute(tx)
      const opener = await openerFor(
        tx,
        messages.rows.map((m) => m.sealed),
      )
      for (const m of messages.rows) {
        try {
          opener.bytes(`messages.sealed:${m.id}`, m.sealed)
          opened++
        } catch (e) {
          if (!(e instanceof SealBroken)) throw e
          faults.push({ code: 'not_opened', what: `messages ${m.id}` })
        }
      }
    }).catch((e: unknown) => {
      if (!(e instanceof Error && e.name === 'UnknownMasterKey')) throw e
      faults.push({ code: 'not_opened', what: `keys of company ${id}: ${e.message}` })
    })
  }
  return { opened, faults }
}

const lacking = (noted: Record<string, number> | null, counts: Record<string, number>): Fault[] =>
  Object.entries(noted ?? {})
    .filter(([table, n]) => (counts[table] ?? 0) < n * (1 - MAY_LACK))
    .map(([table, n]) => ({ code: 'rows_missing' as const, what: `${table}: ${counts[table] ?? 0} of ${n}` }))

/**
 * Is anything of this still there? A contact whose conversations still stand stays as a shell; without its key nobody can read it.
 */
async function remaining(db: Database, erasures: readonly Erasure[]): Promise<{ keys: number; contacts: number }> {
  const of = (kind: Erasure['kind']) => erasures.filter((e) => e.kind === kind).map((e) => e.id)
  const contacts = of('contact')
  const { rows } = await sql<{ keys: number; contacts: number }>`select
      (select count(*)::int from data_keys where id = any(${of('key')}::uuid[]) or contact_id = any(${contacts}::uuid[])) keys,
      (select count(*)::int from contacts c where c.id = any(${contacts}::uuid[])
        and not exists (select from conversations v where v.contact_id = c.id)) contacts`.execute(db)
  return rows[0] ?? { keys: 0, contacts: 0 }
}

type Kept = { erasures: Erasure[]; unreadable: number; unreached: string[] }

/** Of every place that answers: while one was away, the other alone learned of it. @throws when none answers */
async function readAllErasures(places: readonly Target[], keys: Keys): Promise<Kept> {
  const found = new Map<string, Erasure>()
  const kept: Kept = { erasures: [], unreadable: 0, unreached: [] }
  let failure: unknown
  for (const place of places) {
    try {
      const { erasures, unreadable } = await readErasures(place, keys)
      for (const e of erasures) found.set(`${e.kind} ${e.id}`, e)
      kept.unreadable += unreadable
    } catch (e) {
      failure ??= e
      kept.unreached.push(place.name)
    }
  }
  if (places.length > 0 && kept.unreached.length === places.length) throw failure
  return { ...kept, erasures: [...found.values()] }
}

function faultsOf({ unreadable, unreached }: Kept, left: { keys: number; contacts: number }): Fault[] {
  const faults: Fault[] = []
  if (left.keys > 0) faults.push({ code: 'erasures_missing', what: `${left.keys} keys of erased people are still there` })
  if (left.contacts > 0) faults.push({ code: 'erasures_missing', what: `${left.contacts} erased people are still there` })
  if (unreadable > 0) faults.push({ code: 'erasures_unreadable', what: `${unreadable} lists of erasures do not open with the key of this server` })
  for (const place of unreached) faults.push({ code: 'erasures_unreached', what: `${place} does not answer: who is erased by its list alone is back` })
  return faults
}

/**
 * Takes out again what was erased since the backup, then looks whether the data is as it should be: rows, a sample that opens, the
 * diary. `url`: of a login that sees all rows.
 */
export async function settleRestored({ url, keys, places, counts: noted, verifyChains }: Checking): Promise<Checked> {
  const { db } = openDatabase(url, 4, 'atende-restore')
  const client = await connect(url)
  try {
    useKeys(db, keys)
    await loadServerKeys(db, keys)
    const counts = await countRows(client)
    const kept = await readAllErasures(places, keys)
    const erased = await replayErasures(db, kept.erasures)
    const faults: Fault[] = [...(counts ? lacking(noted, counts) : []), ...faultsOf(kept, await remaining(db, kept.erasures))]
    const sample = await openSample(db)
    const chains = await verifyChains({ db, keys, ownerUrl: url })
    for (const c of chains.filter((c) => !c.ok)) faults.push({ code: 'audit_broken', what: `${c.chain}: ${c.break?.kind} at line ${c.break?.seq}` })
    return { counts: counts ?? {}, opened: sample.opened, erased, chains: chains.length, faults: [...faults, ...sample.faults] }
  } finally {
    await client.end()
    await db.destroy()
  }
}
