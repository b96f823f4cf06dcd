import type { AuditLine } from '@atende/contracts/audit'
import type { Keys } from '../../platform/keys.ts'
import type { Line } from './audit.db.ts'
import { openDetails } from './sealed-details.ts'

export function presentLine(keys: Keys, l: Line): AuditLine {
  const opened = openDetails(keys, l)
  return {
    id: l.id,
    seq: Number(l.seq),
    at: l.at.toISOString(),
    actor: l.actor_user_id === null ? null : { id: l.actor_user_id, name: l.actor_name },
    action: l.action,
    object: l.object_type === null ? null : { type: l.object_type, id: l.object_id, name: l.object_name },
    outcome: l.outcome === 'success' ? 'success' : 'failure',
    ip: opened?.ip ?? null,
    userAgent: opened?.userAgent ?? null,
    requestId: l.request_id,
    details: opened?.details ?? null,
    hash: l.hash.toString('hex'),
  }
}
