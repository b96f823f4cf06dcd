import * as db from '../features/audit/access-records.db.ts'
import { writeAudit } from '../features/audit/audit.ts'
import { exportAccessRecords } from '../features/audit/export-access-records.ts'
import { inTenant, openDatabase } from '../platform/database.ts'
import type { Installation } from '../platform/installation.ts'

type Input = { from: string; to: string; reason: string; format: 'csv' | 'json' }

/** Writes into the diary who asked for what and why, and then answers the records of a company, or of who runs the server. */
export async function* recordsAsOwner(installation: Installation, tenantId: string | null, { format, ...period }: Input): AsyncGenerator<string> {
  const line = { tenantId, actorId: null, action: 'access_records.export', details: { by: 'command line', ...period } }
  if (tenantId === null) await installation.db.transaction().execute((tx) => writeAudit(tx, line))
  else await inTenant(installation.db, tenantId, (tx) => writeAudit(tx, line))
  const owner = openDatabase(installation.ownerUrl, 1, 'atende-audit')
  try {
    const read = (after: db.Mark, max: number) => owner.db.transaction().execute((tx) => db.pageAsOwner(tx, tenantId, period.from, period.to, after, max))
    yield* exportAccessRecords(installation.keys, read, format)
  } finally {
    await owner.db.destroy()
  }
}
