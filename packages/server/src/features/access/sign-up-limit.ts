import type { Context } from '../../platform/context.ts'
import { networkOf } from '../../platform/limits/client-address.ts'
import { strike, tooMany } from '../../platform/limits/request-limits.ts'
import { limitRules } from '../../platform/limits/rules.ts'

/** New companies per network and hour; each costs a password hash and a tenant. @throws AppError too_many_requests */
export async function requireSignUpRoom(ctx: Context, ip: string): Promise<void> {
  if (ctx.addresses.standing(ip) === 'allowed') return
  const verdict = await ctx.limits.take({ rule: limitRules(ctx.config).network.signUp, key: networkOf(ip) })
  if (verdict.allowed) return
  await strike(ctx, ip)
  throw tooMany(verdict.retryAfterSeconds, 'Muitas contas novas foram criadas desta rede. Tente de novo mais tarde.')
}
