import { type Database, inTenant, keysOf, type TenantTx } from '../../../platform/database.ts'
import { isServerSealed, type Keys } from '../../../platform/keys.ts'
import { BROKEN, openOr } from '../../../platform/vault/broken.ts'
import { type DataKey, SealBroken, seal } from '../../../platform/vault/sealed-value.ts'
import { openerFor, tenantKey } from '../../../platform/vault/vault.ts'

/** So long a company's key is used without asking the database again: deliveries come by the thousand, and keys hardly ever change. */
const KEEP_MS = 30_000
const KEEP_MAX = 5_000

const place = (eventId: string) => `webhook_events.body:${eventId}`

type Delivery = { id: string; tenantId: string | null; body: Buffer }
/** Seals deliveries: with the company's key, or the server's where nobody knows whose it is. */
export function createDeliverySealer(ctx: { db: Database; keys: Keys }): (list: readonly Delivery[]) => Promise<Buffer[]> {
  const cache = new Map<string, { at: number; key: Promise<DataKey> }>()
  const keyOf = (tenantId: string): Promise<DataKey> => {
    const known = cache.get(tenantId)
    if (known && Date.now() - known.at < KEEP_MS) return known.key
    const key = inTenant(ctx.db, tenantId, tenantKey)
    key.catch(() => cache.delete(tenantId))
    if (cache.size >= KEEP_MAX) cache.clear()
    cache.set(tenantId, { at: Date.now(), key })
    return key
  }
  // The server's own seal takes text; these bytes may be any.
  const byServer = ({ id, body }: Delivery) => ctx.keys.seal(place(id), body.toString('base64'))
  const sealOne = async (d: Delivery): Promise<Buffer> => {
    if (!d.tenantId) return byServer(d)
    // A company whose key is broken must not hold up the deliveries of others, nor lose its own.
    const key = await keyOf(d.tenantId).catch((e: unknown) => {
      if (e instanceof SealBroken) return undefined
      throw e
    })
    return key ? seal(key, place(d.id), d.body) : byServer(d)
  }
  return (list) => Promise.all(list.map(sealOne))
}

function byServer(tx: TenantTx, id: string, body: Buffer): Buffer {
  try {
    return Buffer.from(keysOf(tx).open(place(id), body), 'base64')
  } catch {
    throw new SealBroken(place(id))
  }
}

/** Opens deliveries of one company; null where one does not open (noted) or its key is destroyed. */
export async function openDeliveries(tx: TenantTx, list: readonly { id: string; body: Buffer | null }[]): Promise<(Buffer | null)[]> {
  // Usually known already: then no statement is needed for it.
  await tenantKey(tx).catch((e: unknown) => {
    if (!(e instanceof SealBroken)) throw e
  })
  const opener = await openerFor(
    tx,
    list.map((e) => e.body),
  )
  return list.map((e) => {
    const body = openOr(tx, () => (e.body && isServerSealed(e.body) ? byServer(tx, e.id, e.body) : opener.bytes(place(e.id), e.body)))
    return body === BROKEN ? null : (body ?? null)
  })
}

/** @throws SealBroken */
export function mustOpen(eventId: string, body: Buffer | null | undefined): Buffer {
  if (!body) throw new SealBroken(place(eventId))
  return body
}
