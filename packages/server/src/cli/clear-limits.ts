import { invalidField } from '../platform/errors.ts'
import { type Ban, banKeys, CLEAR_SIGNAL, openBan } from '../platform/limits/address-guard.ts'
import { networkOf, normalAddress } from '../platform/limits/client-address.ts'
import { activeBans } from '../platform/limits/limits.db.ts'
import { openLimits } from '../platform/limits/limits.ts'
import { limitRules } from '../platform/limits/rules.ts'
import { createLog } from '../platform/log.ts'
import { askOwner, type Opened } from './with-installation.ts'

/** As the operator's page does it, beside running servers: they hear of it by NOTIFY. @throws AppError validation_failed */
export async function clearFromOutside({ config, installation }: Opened, ip: string): Promise<{ network: string; bans: number }> {
  const address = normalAddress(ip.split('/')[0])
  if (address === undefined) throw invalidField('ip', 'invalid', `${ip} is no address`)
  const { db, keys } = installation
  const limits = openLimits(config, { db, keys, log: createLog({ LOG_LEVEL: 'fatal' }) })
  const counted = Object.values(limitRules(config).network).map((rule) => limits.keyOf(rule, networkOf(address)))
  await limits.start()
  try {
    await limits.clearKeys(counted)
  } finally {
    await limits.stop()
  }
  const lifted = await askOwner(installation, 'delete from address_bans where key = any($1) and banned_until > now() returning 1', [banKeys(limits, address)])
  await askOwner(installation, 'select pg_notify($1, $2)', [CLEAR_SIGNAL.channel, CLEAR_SIGNAL.payload(counted)])
  return { network: networkOf(address), bans: lifted.length }
}

export const readBans = async ({ installation }: Opened): Promise<Ban[]> => (await activeBans(installation.db)).map((row) => openBan(installation.keys, row))
