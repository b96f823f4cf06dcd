import type { AddressLists, ServerLimits } from '@atende/contracts/limits'
import type { Context } from '../../platform/context.ts'
import type { SystemTx } from '../../platform/database.ts'
import { AppError, type FieldError, invalidField } from '../../platform/errors.ts'
import { banKeys } from '../../platform/limits/address-guard.ts'
import { inRanges, networkOf, normalAddress, normalRange, rangesOf } from '../../platform/limits/client-address.ts'
import * as db from '../../platform/limits/limits.db.ts'
import { limitRules } from '../../platform/limits/rules.ts'

/** Runs a transaction as the super admin who asks. */
type AsOperator = <T>(work: (tx: SystemTx) => Promise<T>) => Promise<T>

export async function readServerLimits(ctx: Context, yourAddress: string): Promise<ServerLimits> {
  await ctx.addresses.refresh()
  const { network, session, apiKey, tenant, send, loginAccount } = limitRules(ctx.config)
  const plans = Object.entries(tenant).map(([plan, rule]) => ({ ...rule, name: `tenant-${plan.toLowerCase()}` }))
  const bans = ctx.addresses.bans().map((b) => ({ ...b, bannedAt: b.bannedAt.toISOString(), until: b.until.toISOString() }))
  return {
    ...ctx.limits.state(),
    rules: [session, apiKey, ...plans, send, loginAccount, ...Object.values(network)],
    bans,
    lists: ctx.addresses.lists(),
    fixed: { allow: ctx.config.IP_ALLOW_LIST, block: ctx.config.IP_BLOCK_LIST },
    yourAddress,
  }
}

const WRONG_RANGE = 'Escreva um endereço ou uma faixa, por exemplo 203.0.113.7 ou 10.0.0.0/8.'

/** One spelling for each range, each once. @throws AppError validation_failed with the entry's place */
function normalLists(lists: AddressLists): AddressLists {
  const fields: FieldError[] = []
  const tidy = (which: 'allow' | 'block') => {
    const seen = new Map<string, string>()
    lists[which].forEach(({ range, note }, i) => {
      const normal = normalRange(range)
      if (normal === undefined) fields.push({ path: `${which}.${i}.range`, code: 'invalid', message: WRONG_RANGE })
      else seen.set(normal, note)
    })
    return [...seen].map(([range, note]) => ({ range, note }))
  }
  const out = { allow: tidy('allow'), block: tidy('block') }
  if (fields.length > 0) throw new AppError('validation_failed', { fields })
  return out
}

/**
 * Replaces the lists; they hold at once, in every process.
 * @throws AppError validation_failed: a range that is none, or one that would lock out who saves it
 */
export async function saveAddressLists(ctx: Context, input: AddressLists, own: string, asOperator: AsOperator): Promise<void> {
  const lists = normalLists(input)
  const mine = lists.block.findIndex((entry) => inRanges(own, rangesOf([entry.range])))
  if (mine >= 0) throw invalidField(`block.${mine}.range`, 'own_address', `Seu próprio endereço (${own}) está nesta faixa: você ficaria de fora.`)
  const saved = await asOperator((tx) => db.saveAddressLists(tx, ctx.addresses.sealLists(lists)))
  if (!saved) throw new AppError('forbidden')
  await ctx.addresses.changed()
}

/** Forgets bans and counts of an address's network, in every process. @throws AppError validation_failed */
export async function clearNetwork(ctx: Context, ip: string, asOperator: AsOperator): Promise<{ network: string; bans: number }> {
  const address = normalAddress(ip.split('/')[0])
  if (address === undefined) throw invalidField('ip', 'invalid', 'Escreva um endereço, por exemplo 203.0.113.7.')
  const bans = await asOperator((tx) => db.liftBans(tx, banKeys(ctx.limits, address)))
  await ctx.addresses.clearCounts(Object.values(limitRules(ctx.config).network), address)
  await ctx.addresses.changed()
  return { network: networkOf(address), bans }
}
