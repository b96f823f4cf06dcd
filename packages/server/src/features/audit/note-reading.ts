import type { FastifyRequest } from 'fastify'
import type { TenantLogin } from '../../platform/auth.ts'
import type { TenantTx } from '../../platform/database.ts'
import { isFirstView } from './audit.db.ts'
import { auditedBy, writeAudit } from './audit.ts'

/** Tells that who leads looked into a conversation that is somebody else's: once per person, conversation and hour. */
export async function noteReading(
  tx: TenantTx,
  request: FastifyRequest,
  login: TenantLogin,
  conversation: { id: string; assigneeId: string | null },
): Promise<void> {
  const { id, assigneeId } = conversation
  if (login.role === 'ATTENDANT' || assigneeId === null || assigneeId === login.userId) return
  if (!(await isFirstView(tx, login.tenantId, login.userId, id))) return
  const line = { tenantId: login.tenantId, action: 'conversation.read', object: { type: 'conversation', id }, details: { assigneeId } }
  await writeAudit(tx, { ...line, ...auditedBy(request) })
}
