import { sql } from 'kysely'
import { sealOldSsoSecret } from './features/access/sso/settings.ts'
import { sealOldChannelSecrets } from './features/channels/seal-old-secrets.ts'
import { type Context, tenantTx } from './platform/context.ts'

const BATCH = 100

/**
 * Secrets of companies that the server's key sealed, as earlier versions did, are sealed with the company's own key. Not on the first
 * day after an update: an earlier version that comes back could not read them. A company whose secrets do not open holds up no other.
 */
export async function sealOldSecrets(ctx: Context, age = '1 day'): Promise<void> {
  const tried = new Set<string>()
  for (;;) {
    const { rows } = await sql<{ tenant_id: string }>`select tenant_id from door_old_secrets(${age}::interval, ${BATCH + tried.size})`.execute(ctx.db)
    const fresh = rows.filter((r) => !tried.has(r.tenant_id))
    if (fresh.length === 0) return
    for (const { tenant_id: tenantId } of fresh) {
      tried.add(tenantId)
      await tenantTx(ctx, tenantId, async (tx) => {
        await sealOldSsoSecret(tx, tenantId)
        await sealOldChannelSecrets(tx)
      }).catch((err: unknown) => ctx.log.warn({ err, tenantId }, 'upkeep: secrets of a company are not sealed anew yet'))
    }
  }
}
