import { randomBytes } from 'node:crypto'
import type { SystemTx } from '../../../platform/database.ts'
import { hashSecret } from '../tokens.ts'
import * as db from './factors.db.ts'

const COUNT = 10
const LENGTH = 24
/** 32 signs that nobody mistakes for one another: a code has 120 bits, so that a plain hash of it cannot be guessed. */
const SIGNS = 'abcdefghjkmnpqrstuvwxyz234567890'

const newCode = (): string => [...randomBytes(LENGTH)].map((b) => SIGNS[b & 31]).join('')
const grouped = (code: string): string => code.replaceAll(/(.{4})(?=.)/g, '$1-')
/** As people type them: large letters, spaces, other dashes. */
const plain = (code: string): string => code.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** New codes; those from before are void. They are shown once. */
export async function renewRecoveryCodes(tx: SystemTx, userId: string): Promise<string[]> {
  const codes = Array.from({ length: COUNT }, newCode)
  await db.dropRecoveryCodes(tx, userId)
  await db.insertRecoveryCodes(tx, userId, codes.map(hashSecret))
  return codes.map(grouped)
}

/** The codes that come with the first factor; null when some are left from before. */
export const firstRecoveryCodes = async (tx: SystemTx, userId: string): Promise<string[] | null> =>
  (await db.recoveryCounts(tx, userId)).left > 0 ? null : renewRecoveryCodes(tx, userId)

export const takeRecoveryCode = async (tx: SystemTx, userId: string, code: string): Promise<boolean> =>
  (await db.useRecoveryCode(tx, userId, hashSecret(plain(code)))) !== undefined
