import { type AuditEntry, writeAudit } from '../features/audit/audit.ts'
import type { Database, SystemTx } from '../platform/database.ts'

/** A line of the company's diary, in the transaction of what it tells: the operator did it, at the command line. */
export const noteOperator = (
  tx: SystemTx,
  tenantId: string,
  action: string,
  object: NonNullable<AuditEntry['object']>,
  details: Record<string, unknown> = {},
) => writeAudit(tx, { tenantId, actorId: null, action, object, details: { by: 'command line', ...details } })

/** A line of the server's own diary. */
export const noteServerOperator = (db: Database, action: string, details: Record<string, unknown> = {}): Promise<void> =>
  db.transaction().execute((tx) => writeAudit(tx, { tenantId: null, actorId: null, action, details: { by: 'command line', ...details } }))
