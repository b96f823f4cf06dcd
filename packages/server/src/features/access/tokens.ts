import { randomToken, sha256 } from '../../platform/crypto.ts'

/** `tenantId` is null for who runs the server. */
export type RefreshToken = { tenantId: string | null; sessionId: string; generation: number; secret: string }

const packId = (id: string) => Buffer.from(id.replaceAll('-', ''), 'hex').toString('base64url')

function unpackId(piece: string): string | undefined {
  const bytes = Buffer.from(piece, 'base64url')
  // The same bytes have only one spelling here: what does not come back was tampered with.
  if (bytes.length !== 16 || bytes.toString('base64url') !== piece) return undefined
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const newSecret = () => randomToken(32)
export const hashSecret = (secret: string): Buffer => sha256(secret)

/** `tenant.session.generation.secret`; the database keeps only a hash of the secret. */
export const writeToken = (t: RefreshToken): string =>
  [t.tenantId ? packId(t.tenantId) : '', packId(t.sessionId), t.generation.toString(36), t.secret].join('.')

/** Undefined when it is no token of ours. */
export function readToken(text: string): RefreshToken | undefined {
  const m = /^([\w-]{22})?\.([\w-]{22})\.([0-9a-z]{1,6})\.([\w-]{43})$/.exec(text)
  if (!m) return undefined
  const tenantId = m[1] === undefined ? null : unpackId(m[1])
  const sessionId = unpackId(m[2] ?? '')
  const generation = Number.parseInt(m[3] ?? '', 36)
  return tenantId === undefined || !sessionId || generation > 2_147_483_646 ? undefined : { tenantId, sessionId, generation, secret: m[4] ?? '' }
}

/** A login that waits for its second step carries its person, for the same reason as an invitation its tenant. */
export const writePersonToken = (userId: string, secret: string): string => `${packId(userId)}.${secret}`

export function readPersonToken(text: string): { userId: string; secret: string } | undefined {
  const m = /^([\w-]{22})\.([\w-]{43})$/.exec(text)
  const userId = unpackId(m?.[1] ?? '')
  return m && userId ? { userId, secret: m[2] ?? '' } : undefined
}

/** An invitation's link carries its tenant too, so that it needs no way across tenants. */
export const writeInvitationToken = (tenantId: string, secret: string): string => `${packId(tenantId)}.${secret}`

export function readInvitationToken(text: string): { tenantId: string; secret: string } | undefined {
  const m = /^([\w-]{22})\.([\w-]{43})$/.exec(text)
  const tenantId = unpackId(m?.[1] ?? '')
  return m && tenantId ? { tenantId, secret: m[2] ?? '' } : undefined
}
