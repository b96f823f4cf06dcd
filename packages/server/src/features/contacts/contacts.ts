import { Contact, type ContactsQuery } from '@atende/contracts/contacts'
import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { decodeCursor, toPage } from '../../platform/pages.ts'
import { SealBroken } from '../../platform/vault/sealed-value.ts'
import { filesOf, forgetFiles } from '../media/erase-files.ts'
import * as db from './contacts.db.ts'
import { followMerges, lockMaking } from './identities.db.ts'
import { insertPeople, rewritePeople } from './people.db.ts'
import { canonicalPhone, normalizePhone } from './phone.ts'
import { BROKEN, openPeople } from './sealed-person.ts'
import { askForPerson, hitOf } from './search-people.ts'

const Parts = Contact.pick({ identities: true, formerIdentities: true, merges: true })

const inOrder = (a: { kind: string; value: string }, b: { kind: string; value: string }) =>
  a.kind === b.kind ? Number(a.value > b.value) - Number(a.value < b.value) : Number(a.kind > b.kind) - Number(a.kind < b.kind)

function presentContact(row: db.ContactRow): Contact {
  const parts = Parts.parse({
    identities: row.known.identities.map(({ kind, value }) => ({ kind, value })).toSorted(inOrder),
    formerIdentities: row.known.former.map(({ kind, value, until, reason }) => ({ kind, value, until: until.toISOString(), reason })),
    merges: row.merges.map((m) => ({ ...m, at: m.at.toISOString() })),
  })
  const { name, profileName, phone, email, notes } = row.fields
  return {
    ...parts,
    id: row.id,
    ...{ name, profileName, phone, email, notes },
    kind: row.kind === 'group' ? 'group' : 'person',
    marketingOptOutAt: row.marketing_opt_out_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'contacts' } }])
const IdCursor = z.tuple([z.uuid()])

/** The newest first: an order by name would have to stand in the database, and give the names away. @throws AppError cursor_invalid */
export async function listContacts(tx: TenantTx, query: z.infer<typeof ContactsQuery>) {
  const [after] = query.cursor ? decodeCursor(query.cursor, IdCursor) : []
  const asked = query.q ? await askForPerson(tx, query.q) : undefined
  const rows = await db.list(tx, { asked, after, limit: query.limit + 1 })
  const page = toPage(
    rows,
    query.limit,
    (row) => [row.id],
    (row): Contact | undefined => {
      const hit = asked && hitOf(row.fields, row.known, asked.query)
      if (asked && !hit) return undefined
      return { ...presentContact(row), ...(hit ? { hit } : {}) }
    },
  )
  return { ...page, items: page.items.filter((c) => c !== undefined) }
}

/** Which contact this one is now: itself, or the one it became part of. */
export const keptContact = async (tx: TenantTx, id: string): Promise<string> => (await followMerges(tx, new Map([[id, id]]))).get(id) ?? id

/** An old address of a contact that became part of another answers that one. @throws AppError not_found */
export async function getContact(tx: TenantTx, id: string): Promise<Contact> {
  const row = await db.find(tx, await keptContact(tx, id))
  if (!row) throw notFound()
  return presentContact(row)
}

function readPhone(spelling: string): string {
  const phone = normalizePhone(spelling)
  if (!phone) throw invalidField('phone', 'phone_invalid', 'Confira o telefone: DDD e número, ou + e o código do país.')
  return phone
}

async function claimPhone(tx: TenantTx, tenantId: string, contactId: string, phone: string): Promise<void> {
  const value = canonicalPhone(phone)
  if (await db.ownsPhone(tx, contactId, value)) return
  if (!(await db.addPhone(tx, tenantId, contactId, value))) throw new AppError('phone_taken')
}

type NewContact = { name: string; phone?: string | undefined; email?: string | undefined; notes?: string | undefined }

/** @throws AppError phone_taken, validation_failed (phone) */
export async function createContact(tx: TenantTx, tenantId: string, input: NewContact): Promise<Contact> {
  const phone = input.phone === undefined ? null : readPhone(input.phone)
  if (phone) await lockMaking(tx, tenantId)
  const id = uuidv7()
  const fields = { name: input.name, profileName: null, phone, email: input.email ?? null, notes: input.notes ?? null }
  await insertPeople(tx, tenantId, [{ id, fields, known: [] }])
  if (phone) await claimPhone(tx, tenantId, id, phone)
  await changed(tx, tenantId)
  return getContact(tx, id)
}

/** What a contact's ETag holds. */
export const versionOf = (contact: Pick<Contact, 'updatedAt'>): string => String(Date.parse(contact.updatedAt))

type ContactChange = { name?: string | undefined; phone?: string | null | undefined; email?: string | null | undefined; notes?: string | null | undefined }

/**
 * A new phone takes the place of the shown one, in what identifies the person too.
 * `versions`: change it only while it still is one of these; absent, always.
 * @throws AppError not_found, version_conflict, phone_taken, validation_failed (phone)
 */
export async function updateContact(tx: TenantTx, tenantId: string, id: string, input: ContactChange, versions?: readonly string[]): Promise<Contact> {
  const phone = typeof input.phone === 'string' ? readPhone(input.phone) : input.phone
  if (phone !== undefined) await lockMaking(tx, tenantId)
  const before = await db.lockRow(tx, id)
  if (!before) throw notFound()
  // Whoever had its form open meant a contact that is no longer one by itself.
  if (before.merged_into) throw new AppError('version_conflict')
  if (versions && !versions.includes(versionOf({ updatedAt: before.updated_at.toISOString() }))) throw new AppError('version_conflict')
  const was = (await openPeople(tx, [before])).get(id) ?? BROKEN
  // Nobody writes over what somebody bent in the database: it would hide that.
  if (was.state === 'broken') throw new SealBroken(`contacts.sealed:${id}`)
  if (phone !== undefined && phone !== was.phone) {
    if (was.phone) await db.removePhone(tx, id, canonicalPhone(was.phone))
    if (phone) await claimPhone(tx, tenantId, id, phone)
  }
  const change = Object.fromEntries(Object.entries({ ...input, phone }).filter(([, v]) => v !== undefined))
  await rewritePeople(tx, [id], () => change)
  await changed(tx, tenantId)
  return getContact(tx, id)
}

/** With the conversations, the messages, and the files that are theirs alone. @throws AppError not_found */
export async function deleteContact(ctx: Pick<Context, 'jobs'>, tx: TenantTx, tenantId: string, id: string): Promise<void> {
  const files = await filesOf(tx, await db.familyOf(tx, id))
  if (!(await db.remove(tx, id))) throw notFound()
  await forgetFiles(ctx, tx, tenantId, files)
  await changed(tx, tenantId)
}
