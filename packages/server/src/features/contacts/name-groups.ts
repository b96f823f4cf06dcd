import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { publish } from '../../platform/events.ts'
import { receiveGroups } from './receive-groups.ts'

/** The names that groups have on WhatsApp; one that a person here has given stays. A group is told of before anybody writes in it. */
export async function nameGroups(tx: TenantTx, tenantId: string, list: readonly { groupId: string; name: string }[]): Promise<void> {
  if (list.length === 0) return
  const newest = [...new Map(list.map((g) => [g.groupId, g.name]))]
  await receiveGroups(
    tx,
    tenantId,
    newest.map(([groupId]) => groupId),
  )
  const { rows } = await sql`update contacts c set profile_name = x.n, updated_at = now(),
      name = case when c.profile_name is null or c.name = c.profile_name then x.n else c.name end
    from contact_identities i, unnest(${newest.map(([g]) => g)}::text[], ${newest.map(([, n]) => n)}::text[]) x(g, n)
    where i.kind = 'group' and i.value = x.g and c.id = i.contact_id and c.profile_name is distinct from x.n returning c.id`.execute(tx)
  if (rows.length > 0) await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'contacts' } }])
}
