import type { Context } from '../../platform/context.ts'
import { networkOf } from '../../platform/limits/client-address.ts'
import { strike, tooMany } from '../../platform/limits/request-limits.ts'
import { limitRules } from '../../platform/limits/rules.ts'

const WORDS = {
  signUp: 'Muitas contas novas foram criadas desta rede. Tente de novo mais tarde.',
  forgot: 'Muitos pedidos de senha nova vieram desta rede. Tente de novo mais tarde.',
}

/** New companies, or mails for a new password, per network and hour: each costs a tenant or a mail. @throws AppError too_many_requests */
export async function requireRoom(ctx: Context, what: keyof typeof WORDS, ip: string): Promise<void> {
  if (ctx.addresses.standing(ip) === 'allowed') return
  const verdict = await ctx.limits.take({ rule: limitRules(ctx.config).network[what], key: networkOf(ip) })
  if (verdict.allowed) return
  await strike(ctx, ip)
  throw tooMany(verdict.retryAfterSeconds, WORDS[what])
}
