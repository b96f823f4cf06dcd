import type { AuditStatus } from '@atende/contracts/audit'
import type { Context } from '../../platform/context.ts'
import { chainIn, lastCheckpointOf } from './chain.db.ts'
import type { Scope } from './scope.ts'
import { ownKeys, toPem } from './signing-keys.ts'

export async function readStatus(ctx: Context, scope: Scope): Promise<AuditStatus> {
  const publicKeys = (await ownKeys(ctx.db, ctx.keys)).map((k) => ({ id: k.id, pem: toPem(k.publicKey) }))
  const copied = ctx.config.AUDIT_COPY_DIR !== undefined || ctx.config.AUDIT_COPY_URL !== undefined
  return scope.run(async (tx) => {
    const head = await chainIn(tx, scope.tenantId).head()
    const lastCheckpoint = await lastCheckpointOf(tx, scope.tenantId)
    return { lines: Number(head?.seq ?? 0), hash: head?.hash.toString('hex') ?? null, lastCheckpoint: lastCheckpoint ?? null, copied, publicKeys }
  })
}
