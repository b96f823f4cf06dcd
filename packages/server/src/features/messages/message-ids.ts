import type { TenantTx } from '../../platform/database.ts'
import { BROKEN, openOr } from '../../platform/vault/broken.ts'
import { type DataKey, seal } from '../../platform/vault/sealed-value.ts'
import { openerFor, searchIndex } from '../../platform/vault/vault.ts'

/**
 * By what a message of a channel is recognised: a keyed hash of the provider's id. WhatsApp's ids hold the customer's number in
 * base64, so the id itself stands in the clear nowhere; who must name a message to the provider opens it (`openRealId`).
 */
export async function messageMarks(tx: TenantTx): Promise<(realId: string) => string> {
  const index = await searchIndex(tx)
  return (realId) => index.exact('message id', realId).toString('base64url')
}

const place = (messageId: string) => `messages.provider_id:${messageId}`
export const sealRealId = (key: DataKey, messageId: string, realId: string): Buffer => seal(key, place(messageId), realId)

/** The provider's own id of a message; undefined when it has none, or nobody can read it any more. */
export async function openRealId(tx: TenantTx, row: { id: string; provider_id_sealed: Buffer | null } | undefined): Promise<string | undefined> {
  if (!row) return undefined
  const opener = await openerFor(tx, [row.provider_id_sealed])
  const realId = openOr(tx, () => opener.text(place(row.id), row.provider_id_sealed))
  return realId === BROKEN ? undefined : (realId ?? undefined)
}
