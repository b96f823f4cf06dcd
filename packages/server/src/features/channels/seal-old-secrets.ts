import type { TenantTx } from '../../platform/database.ts'
import { isServerSealed } from '../../platform/keys.ts'
import { openSecret, sealSecret } from '../../platform/vault/tenant-secret.ts'
import * as db from './channels.db.ts'
import { secretPlace } from './channels.ts'

const COLUMNS = ['access_token', 'app_secret', 'verify_token'] as const

/** Secrets of channels that an earlier version sealed with the server's key get the company's. */
export async function sealOldChannelSecrets(tx: TenantTx): Promise<void> {
  for (const row of await db.lockAll(tx)) {
    const anew: Partial<Record<`${(typeof COLUMNS)[number]}_enc`, Buffer>> = {}
    for (const column of COLUMNS) {
      const sealed = row[`${column}_enc`]
      if (!sealed || !isServerSealed(sealed)) continue
      const place = secretPlace(column, row.id)
      anew[`${column}_enc`] = await sealSecret(tx, place, await openSecret(tx, place, sealed))
    }
    if (Object.keys(anew).length > 0) await db.putSecrets(tx, row.id, anew)
  }
}
