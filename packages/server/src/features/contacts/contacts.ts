import { Contact, type ContactsQuery } from '@atende/contracts/contacts'
import { z } from 'zod'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import { decodeCursor, toPage } from '../../platform/pages.ts'
import * as db from './contacts.db.ts'
import { followMerges, lockMaking } from './identities.db.ts'
import { canonicalPhone, normalizePhone } from './phone.ts'

const Parts = Contact.pick({ identities: true, formerIdentities: true, merges: true })

function presentContact(row: db.ContactRow): Contact {
  const parts = Parts.parse({
    identities: row.identities,
    formerIdentities: row.former.map((f) => ({ ...f, until: new Date(f.until).toISOString() })),
    merges: row.merges.map((m) => ({ ...m, at: new Date(m.at).toISOString() })),
  })
  return {
    ...parts,
    id: row.id,
    name: row.name,
    profileName: row.profile_name,
    phone: row.phone,
    email: row.email,
    notes: row.notes,
    kind: row.kind === 'group' ? 'group' : 'person',
    marketingOptOutAt: row.marketing_opt_out_at?.toISOString() ?? null,
    createdAt: row.created_at.toISOString(),
    updatedAt: row.updated_at.toISOString(),
  }
}

const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'contacts' } }])
const NameIdCursor = z.tuple([z.string(), z.uuid()])

/** By name, without regard to case and accents. @throws AppError cursor_invalid */
export async function listContacts(tx: TenantTx, query: z.infer<typeof ContactsQuery>) {
  const [name, id] = query.cursor ? decodeCursor(query.cursor, NameIdCursor) : []
  const after = name !== undefined && id !== undefined ? { name, id } : undefined
  const rows = await db.list(tx, { q: query.q, after, limit: query.limit + 1 })
  return toPage(rows, query.limit, (row) => [row.sort_name, row.id], presentContact)
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
  const phone = input.phone === undefined ? undefined : readPhone(input.phone)
  if (phone) await lockMaking(tx, tenantId)
  const id = await db.insert(tx, tenantId, { ...input, phone })
  if (phone) await claimPhone(tx, tenantId, id, phone)
  await changed(tx, tenantId)
  return getContact(tx, id)
}

/** What a contact's ETag holds. */
export const versionOf = (contact: Pick<Contact, 'updatedAt'>): string => String(Date.parse(contact.updatedAt))

/**
 * A new phone takes the place of the shown one, in what identifies the person too.
 * `versions`: change it only while it still is one of these; absent, always.
 * @throws AppError not_found, version_conflict, phone_taken, validation_failed (phone)
 */
export async function updateContact(tx: TenantTx, tenantId: string, id: string, input: db.ContactFields, versions?: readonly string[]): Promise<Contact> {
  const phone = typeof input.phone === 'string' ? readPhone(input.phone) : input.phone
  if (phone !== undefined) await lockMaking(tx, tenantId)
  const before = await db.lockRow(tx, id)
  if (!before) throw notFound()
  // Whoever had its form open meant a contact that is no longer one by itself.
  if (before.merged_into) throw new AppError('version_conflict')
  if (versions && !versions.includes(versionOf({ updatedAt: before.updated_at.toISOString() }))) throw new AppError('version_conflict')
  if (phone !== undefined && phone !== before.phone) {
    if (before.phone) await db.removePhone(tx, id, canonicalPhone(before.phone))
    if (phone) await claimPhone(tx, tenantId, id, phone)
  }
  await db.update(tx, id, { ...input, phone })
  await changed(tx, tenantId)
  return getContact(tx, id)
}

/** With the conversations and messages. @throws AppError not_found */
export async function deleteContact(tx: TenantTx, tenantId: string, id: string): Promise<void> {
  if (!(await db.remove(tx, id))) throw notFound()
  await changed(tx, tenantId)
}
