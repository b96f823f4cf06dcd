import type { FastifyRequest } from 'fastify'
import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'

export type AuditEntry = {
  tenantId: string
  actorId: string | null
  /** Verb with its noun, for example `channel.create`. */
  action: string
  object?: { type: string; id: string }
  outcome?: 'success' | 'failure'
  ip?: string | null
  requestId?: string | null
  /** References and settings only; no personal content. */
  details?: Record<string, unknown>
}

/** Appends a line to the tenant's diary, in the transaction of what it tells. The application may never change or delete one. */
export async function writeAudit(tx: TenantTx, entry: AuditEntry): Promise<void> {
  await tx
    .insertInto('audit_logs')
    .values({
      id: uuidv7(),
      tenant_id: entry.tenantId,
      actor_user_id: entry.actorId,
      action: entry.action,
      object_type: entry.object?.type ?? null,
      object_id: entry.object?.id ?? null,
      outcome: entry.outcome ?? 'success',
      ip: entry.ip ?? null,
      request_id: entry.requestId ?? null,
      // A program's key stands in the transaction (`callerTx`), so that no caller can forget to name it.
      details: sql`${JSON.stringify(entry.details ?? {})}::jsonb || case when coalesce(current_setting('app.api_key_id', true), '') = '' then '{}'::jsonb
        else jsonb_build_object('apiKeyId', current_setting('app.api_key_id', true)) end`,
    })
    .execute()
}

/** Actor, address and request id of a call. */
export const auditedBy = (request: FastifyRequest) => ({
  // A key acts for itself; who made it stands with the key.
  actorId: request.login?.apiKeyId ? null : (request.login?.userId ?? null),
  ip: request.ip,
  requestId: request.id,
})
