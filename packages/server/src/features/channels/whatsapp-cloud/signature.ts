import { hmacSha256, sameBytes } from '../../../platform/crypto.ts'

const FORM = /^sha256=([0-9a-f]{64})$/

/** The bytes of `X-Hub-Signature-256: sha256=<64 lower-case hex>`; undefined for anything else. */
export const readSignature = (header: string | undefined): Buffer | undefined => {
  const hex = FORM.exec(header ?? '')?.[1]
  return hex ? Buffer.from(hex, 'hex') : undefined
}

/** Meta signs the raw bytes with the App Secret. Constant time; an empty secret never matches. */
export const signatureMatches = (secret: string, body: Buffer, signature: Buffer): boolean =>
  sameBytes(hmacSha256(secret || 'no secret', body), signature) && secret.length > 0
