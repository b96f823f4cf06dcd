import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { SystemTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import * as db from './audit.db.ts'
import { sealDetails } from './sealed-details.ts'
import { addressOf } from './where-from.ts'

export type AuditEntry = {
  /** Null: the diary of the server itself. */
  tenantId: string | null
  actorId: string | null
  /** Verb with its noun, for example `channel.create`; named in contracts/audit.ts. */
  action: string
  object?: { type: string; id: string }
  outcome?: 'success' | 'failure'
  ip?: string | null
  /** Taken from `source` when there is one. */
  userAgent?: string | null
  requestId?: string | null
  /** References and settings rather than content. Sealed, with the address. */
  details?: Record<string, unknown>
  /** The call that this line is about, given by `auditedBy`. */
  source?: FastifyRequest
}

/** Calls that wrote a line of their own. */
const told = new WeakSet<FastifyRequest>()
export const isTold = (request: FastifyRequest): boolean => told.has(request)

/** Appends a line to the diary of the tenant (or of the server), in the transaction of what it tells; it gets its place in the chain at the commit. */
export async function writeAudit(tx: SystemTx, entry: AuditEntry): Promise<void> {
  const { tenantId, actorId, action, object, outcome = 'success', source } = entry
  const id = uuidv7()
  const userAgent = entry.userAgent ?? source?.headers['user-agent']?.slice(0, 300) ?? null
  const apiKeyId = source?.login?.apiKeyId
  const details = { ...entry.details, ...(apiKeyId ? { apiKeyId } : {}) }
  const sealed = sealDetails(tx, id, { ip: entry.ip ?? null, userAgent, details })
  // What is no id of ours is not in a column of ids.
  const objectId = z.uuid().safeParse(object?.id).data ?? null
  await db.append(tx, { id, tenantId, actorId, action, objectType: object?.type ?? null, objectId, outcome, requestId: entry.requestId ?? null, sealed })
  if (source) told.add(source)
}

/** Actor, address and request id of a call. */
export const auditedBy = (request: FastifyRequest) => ({
  // A key acts for itself; who made it stands with the key.
  actorId: request.login?.apiKeyId ? null : (request.login?.userId ?? null),
  ip: addressOf(request).ip,
  requestId: request.id,
  source: request,
})
