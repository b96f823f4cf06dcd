import { enterTenant, type SystemTx } from '../../platform/database.ts'
import { writeAudit } from '../audit/audit.ts'
import * as db from './access.db.ts'
import type { Client } from './sessions.ts'

/** What concerns a person stands in the diary of each of their tenants. `actorId` null: nobody was logged in. Leaves the transaction in the last tenant. */
export async function auditInEachTenant(tx: SystemTx, who: { userId: string; actorId: string | null }, action: string, client: Client): Promise<void> {
  const { userId, actorId } = who
  for (const { tenant_id: tenantId } of await db.memberships(tx)) {
    const line = { tenantId, actorId, action, object: { type: 'user', id: userId }, ip: client.ip, requestId: client.requestId }
    await writeAudit(await enterTenant(tx, tenantId), line)
  }
}
