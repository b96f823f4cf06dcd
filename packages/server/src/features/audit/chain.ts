import { type KeyObject, sign, verify } from 'node:crypto'
import { sha256 } from '../../platform/crypto.ts'

/** A line as its hash sees it: ciphertext and references. `micros`: its time in microseconds since 1970. */
export type ChainRow = {
  id: string
  tenantId: string | null
  seq: bigint
  version: number
  micros: bigint
  actorId: string | null
  action: string
  objectType: string | null
  objectId: string | null
  outcome: string
  requestId: string | null
  sealed: Buffer
  prevHash: Buffer
  hash: Buffer
  /** Version 0 with its text still there: what `sealed` must be the digest of. */
  old: { salt: string; ip: string | null; details: string | null } | null
}
/** Where a chain begins. */
export const GENESIS = sha256('atende/audit')
const MISSING = Buffer.from('ffffffff', 'hex')

const field = (v: Buffer | null): Buffer => {
  if (v === null) return MISSING
  const length = Buffer.alloc(4)
  length.writeInt32BE(v.length)
  return Buffer.concat([length, v])
}
const text = (v: string | null) => field(v === null ? null : Buffer.from(v))
const uuid = (v: string | null) => field(v === null ? null : Buffer.from(v.replaceAll('-', ''), 'hex'))
const int8 = (v: bigint) => {
  const b = Buffer.alloc(8)
  b.writeBigInt64BE(v)
  return field(b)
}

/** The same bytes as `audit_hash` of migration 0026. */
export const hashOf = (r: ChainRow): Buffer =>
  sha256(
    Buffer.concat([
      text(`atende/audit/${r.version}`),
      field(r.prevHash),
      int8(r.seq),
      uuid(r.id),
      uuid(r.tenantId),
      int8(r.micros),
      uuid(r.actorId),
      text(r.action),
      text(r.objectType),
      uuid(r.objectId),
      text(r.outcome),
      text(r.requestId),
      field(r.sealed),
    ]),
  )

/** Is the line what its own hash says? */
export function isWhole(r: ChainRow): boolean {
  if (!hashOf(r).equals(r.hash)) return false
  if (r.old === null) return true
  const salt = Buffer.from(r.old.salt.replaceAll('-', ''), 'hex')
  return sha256(Buffer.concat([salt, text(r.old.ip), text(r.old.details)])).equals(r.sealed)
}

/** Where a chain stood at a moment. `at` is ISO 8601 with milliseconds; hash and signature are hexadecimal. */
export type Checkpoint = { version: 1; tenantId: string | null; seq: number; hash: string; at: string; keyId: string; signature: string }

const checkpointBytes = (c: Omit<Checkpoint, 'signature'>): Buffer =>
  Buffer.concat([text(`atende/checkpoint/${c.version}`), uuid(c.tenantId), int8(BigInt(c.seq)), field(Buffer.from(c.hash, 'hex')), text(c.at), text(c.keyId)])

export const signCheckpoint = (c: Omit<Checkpoint, 'signature'>, key: KeyObject): Checkpoint => ({
  ...c,
  signature: sign(null, checkpointBytes(c), key).toString('hex'),
})
export const isSigned = (c: Checkpoint, key: KeyObject): boolean => verify(null, checkpointBytes(c), key, Buffer.from(c.signature, 'hex'))

/** Short name of a public key, made from it. */
export const keyIdOf = (key: KeyObject): string =>
  sha256(key.export({ type: 'spki', format: 'der' }))
    .toString('hex')
    .slice(0, 16)
