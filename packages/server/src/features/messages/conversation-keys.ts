import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import type { DataKey } from '../../platform/vault/sealed-value.ts'
import { contactKeys } from '../../platform/vault/vault.ts'

/** The keys of the people of these conversations: what is written there is sealed with them. */
export async function conversationKeys(tx: TenantTx, conversationIds: readonly string[]): Promise<(conversationId: string) => DataKey> {
  const { rows } = await sql<{ id: string; contact_id: string }>`select id, contact_id from conversations where id = any(${[
    ...new Set(conversationIds),
  ]}::uuid[])`.execute(tx)
  const keys = await contactKeys(
    tx,
    rows.map((r) => r.contact_id),
  )
  const contacts = new Map(rows.map((r) => [r.id, r.contact_id]))
  return (id) => {
    const key = keys.get(contacts.get(id) ?? '')
    if (!key) throw new Error(`no key for conversation ${id}`)
    return key
  }
}
