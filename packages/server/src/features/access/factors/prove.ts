import type { FactorProof } from '@atende/contracts/factors'
import type { Context } from '../../../platform/context.ts'
import { asUser, enterTenant, type SystemTx } from '../../../platform/database.ts'
import { AppError } from '../../../platform/errors.ts'
import { writeAudit } from '../../audit/audit.ts'
import type { LoginLimit } from '../login-limit.ts'
import type { Client } from '../sessions.ts'
import { takePasskey } from './passkeys.ts'
import { takeRecoveryCode } from './recovery-codes.ts'
import { takeTotp } from './totp.ts'

export type Person = { userId: string; tenantId: string | null }

/** A line in the diary of the tenant where it happened; outside of any tenant in that of the server. */
export async function auditPerson(
  tx: SystemTx,
  who: Person,
  client: Client,
  action: string,
  more: { outcome?: 'success' | 'failure'; details?: Record<string, unknown> } = {},
): Promise<void> {
  const { tenantId, userId } = who
  const { ip, userAgent, requestId } = client
  const line = { tenantId, actorId: userId, action, object: { type: 'user', id: userId }, ip, userAgent, requestId }
  await writeAudit(tenantId === null ? tx : await enterTenant(tx, tenantId), { ...line, ...more })
}

const take = (ctx: Context, userId: string, purpose: 'second' | 'step_up', proof: FactorProof): Promise<boolean> => {
  if (proof.method === 'passkey') return takePasskey(ctx, { userId, purpose, asked: userId }, proof.response).then(() => true)
  const { method, code } = proof
  return asUser(ctx.db, userId, (tx) => (method === 'totp' ? takeTotp(ctx, tx, userId, code) : takeRecoveryCode(tx, userId, code)))
}

/**
 * Does this prove who they are? Wrong ones count against the account and the network; after too many none is looked at for a while.
 * @throws AppError code_wrong, passkey_refused, too_many_requests
 */
export async function proveFactor(
  ctx: Context,
  limit: LoginLimit,
  who: Person,
  purpose: 'second' | 'step_up',
  proof: FactorProof,
  client: Client,
): Promise<void> {
  let refused: AppError | undefined
  const right = await limit.attempt({ ip: client.ip, email: who.userId }, async () => {
    const taken = await take(ctx, who.userId, purpose, proof).catch((e: unknown) => {
      if (!(e instanceof AppError) || e.code !== 'passkey_refused') throw e
      refused = e
      return false
    })
    return taken || undefined
  })
  if (!right) throw refused ?? new AppError('code_wrong')
}
