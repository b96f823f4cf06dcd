import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import type { DataKey } from '../../platform/vault/sealed-value.ts'
import { contactKeys } from '../../platform/vault/vault.ts'

/** The keys of the people of these conversations: what is written there is sealed with them. `known`: whose they are, where the caller knows. */
export async function conversationKeys(
  tx: TenantTx,
  conversationIds: readonly string[],
  known: ReadonlyMap<string, string> = new Map(),
): Promise<(conversationId: string) => DataKey> {
  const asked = [...new Set(conversationIds)].filter((id) => !known.has(id))
  const { rows } =
    asked.length === 0
      ? { rows: [] }
      : await sql<{ id: string; contact_id: string }>`select id, contact_id from conversations where id = any(${asked}::uuid[])`.execute(tx)
  const contacts = new Map([...known, ...rows.map((r): [string, string] => [r.id, r.contact_id])])
  const keys = await contactKeys(tx, [...contacts.values()])
  return (id) => {
    const key = keys.get(contacts.get(id) ?? '')
    if (!key) throw new Error(`no key for conversation ${id}`)
    return key
  }
}
