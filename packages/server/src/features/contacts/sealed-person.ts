import type { TenantTx } from '../../platform/database.ts'
import { BROKEN as NOT_OPENED, openOr } from '../../platform/vault/broken.ts'
import { seal } from '../../platform/vault/sealed-value.ts'
import { contactKeys, openerFor } from '../../platform/vault/vault.ts'

/** What a contact's row says of a person; one sealed value under their key. */
export type PersonFields = { name: string; profileName: string | null; phone: string | null; email: string | null; notes: string | null }
/**
 * `erased`: their key was destroyed, nobody can read it any more. `broken`: what stands there was changed or moved there by somebody
 * who writes into the database; it is shown as that, never as another person.
 */
export type OpenedPerson = PersonFields & { state: 'open' | 'erased' | 'broken' }

const nobody = (state: OpenedPerson['state'], name: string): OpenedPerson => ({ state, name, profileName: null, phone: null, email: null, notes: null })
export const ERASED = nobody('erased', 'Contato apagado')
export const BROKEN = nobody('broken', 'Contato ilegível')

const place = (contactId: string) => `contacts.sealed:${contactId}`
const text = (v: unknown): string | null => (typeof v === 'string' ? v : null)

function readFields(json: string): OpenedPerson {
  const v = JSON.parse(json) as Record<string, unknown>
  return { state: 'open', name: text(v.name) ?? '', profileName: text(v.profileName), phone: text(v.phone), email: text(v.email), notes: text(v.notes) }
}

export type SealedRow = { id: string; sealed: Buffer | null }

/** The keys of the whole list in one statement. Answers every id that was asked. */
export async function openPeople(tx: TenantTx, rows: readonly SealedRow[]): Promise<Map<string, OpenedPerson>> {
  const opener = await openerFor(
    tx,
    rows.map((r) => r.sealed),
  )
  const read = ({ id, sealed }: SealedRow): OpenedPerson => {
    const json = openOr(tx, () => opener.text(place(id), sealed))
    if (json === NOT_OPENED) return BROKEN
    return typeof json === 'string' ? readFields(json) : ERASED
  }
  return new Map(rows.map((r) => [r.id, read(r)]))
}

/** Seals each under its person's key, which is made where there is none. */
export async function sealPeople(tx: TenantTx, list: readonly { id: string; fields: PersonFields }[]): Promise<Map<string, Buffer>> {
  const keys = await contactKeys(
    tx,
    list.map((p) => p.id),
  )
  return new Map(
    list.flatMap(({ id, fields: { name, profileName, phone, email, notes } }) => {
      const key = keys.get(id)
      return key ? [[id, seal(key, place(id), JSON.stringify({ name, profileName, phone, email, notes }))]] : []
    }),
  )
}
