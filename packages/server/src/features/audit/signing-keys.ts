import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto'
import type { Keys } from '../../platform/keys.ts'
import { keyIdOf } from './chain.ts'
import * as db from './checkpoints.db.ts'

export type SigningKey = { id: string; privateKey: KeyObject; publicKey: KeyObject }

const contextOf = (id: string) => `audit_keys.private:${id}`

/** Undefined when it was sealed with another master key, or put there by somebody who has none. */
function open(keys: Keys, row: db.KeyRow): SigningKey | undefined {
  try {
    const privateKey = createPrivateKey({ key: Buffer.from(keys.open(contextOf(row.id), row.private_sealed), 'base64'), type: 'pkcs8', format: 'der' })
    const publicKey = createPublicKey(privateKey)
    return keyIdOf(publicKey) === row.id ? { id: row.id, privateKey, publicKey } : undefined
  } catch {
    return undefined
  }
}

/** Keys that are proven to be this installation's own, the newest first. A row that was planted in the database is not among them. */
export const ownKeys = async (database: db.Asks, keys: Keys): Promise<SigningKey[]> => (await db.signingKeys(database)).flatMap((row) => open(keys, row) ?? [])

/** The key that signs now; made when there is none yet, or when the last one cannot be opened any more. */
export async function signingKey(database: db.Asks, keys: Keys): Promise<SigningKey> {
  const [newest] = await db.signingKeys(database)
  const own = newest && open(keys, newest)
  if (own) return own
  const { privateKey, publicKey } = generateKeyPairSync('ed25519')
  const id = keyIdOf(publicKey)
  const sealed = keys.seal(contextOf(id), privateKey.export({ type: 'pkcs8', format: 'der' }).toString('base64'))
  await db.addSigningKey(database, { id, publicKey: publicKey.export({ type: 'spki', format: 'der' }), sealed, insteadOf: newest?.id ?? null })
  // Of two processes that start at once, one has added its key: both use that.
  const [added] = await ownKeys(database, keys)
  if (!added) throw new Error('no key to sign the diary with')
  return added
}

export const toPem = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString()

/** Public keys of a file, one or several, by key id. @throws when there is none */
export function readPublicKeys(pem: string): Map<string, KeyObject> {
  const blocks = pem.match(/-----BEGIN PUBLIC KEY-----[\s\S]+?-----END PUBLIC KEY-----/g) ?? []
  if (blocks.length === 0) throw new Error('no public key in PEM format')
  return new Map(blocks.map((block) => createPublicKey(block)).map((key) => [keyIdOf(key), key]))
}
