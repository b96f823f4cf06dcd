import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { type Person, personKey } from './person.ts'
import { receiveContacts } from './receive-contacts.ts'

/**
 * The address book of the phone (Cloud API, coexistence): people are added and named, never removed. A name that somebody here
 * wrote stays; one that WhatsApp or the phone gave follows the phone.
 */
export async function syncContacts(tx: TenantTx, tenantId: string, list: readonly Person[]): Promise<void> {
  if (list.length === 0) return
  const named = [...new Map(list.map((p) => [personKey(p), p])).values()]
  // Without names first: only who is new gets one here, so that what stood before can still be told apart below.
  const ids = await receiveContacts(
    tx,
    tenantId,
    named.map((p) => ({ ...p, name: null })),
  )
  const known = named.flatMap((p) => {
    const id = ids.get(personKey(p))
    return id && p.name ? [{ id, name: p.name }] : []
  })
  await sql`update contacts c set name = x.n, profile_name = case when c.profile_name is null or c.profile_name = c.name then x.n else c.profile_name end,
      updated_at = now()
    from unnest(${known.map((k) => k.id)}::uuid[], ${known.map((k) => k.name)}::text[]) x(id, n)
    where c.id = x.id and c.name <> x.n and (c.name = c.profile_name or c.name = c.phone or c.name = 'Sem nome')`.execute(tx)
  await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'contacts' } }])
}
