import { type Database, inTenant, keysOf, type TenantTx } from '../database.ts'
import { isServerSealed, UnknownServerKey } from '../keys.ts'
import { SealBroken, seal } from './sealed-value.ts'
import { openerFor, tenantKey } from './vault.ts'

/** A secret of a company's own, sealed with its key. `place` names the column and the row. */
export const sealSecret = async (tx: TenantTx, place: string, text: string): Promise<Buffer> => seal(await tenantKey(tx), place, text)

function byServer(tx: TenantTx, place: string, sealed: Buffer): string {
  try {
    return keysOf(tx).open(place, sealed)
  } catch (e) {
    throw e instanceof UnknownServerKey ? e : new SealBroken(place)
  }
}

/** Also one that the server's key sealed, as earlier versions did. @throws SealBroken */
export async function openSecret(tx: TenantTx, place: string, sealed: Buffer): Promise<string> {
  if (isServerSealed(sealed)) return byServer(tx, place, sealed)
  const text = (await openerFor(tx, [sealed])).text(place, sealed)
  if (typeof text !== 'string') throw new SealBroken(place)
  return text
}

const OPENED_MAX = 5000
const opened = new Map<string, string>()
/**
 * Before the company is known to be meant: the row that holds the secret names it. Opened once per process; found by the sealed bytes
 * themselves, so that a new secret is never the old one. Undefined when it does not open: then it proves nothing.
 */
export async function openSecretOf(db: Database, tenantId: string, place: string, sealed: Buffer): Promise<string | undefined> {
  const name = `${place} ${sealed.toString('base64')}`
  const known = opened.get(name)
  if (known !== undefined) return known
  try {
    const text = await inTenant(db, tenantId, (tx) => openSecret(tx, place, sealed))
    if (opened.size >= OPENED_MAX) opened.clear()
    opened.set(name, text)
    return text
  } catch (e) {
    if (e instanceof SealBroken) return undefined
    throw e
  }
}
