import * as crypto from 'node:crypto'
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import { keyObject } from './vault/key-object.ts'

export const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest()
export const hmacSha256 = (key: string | Buffer, data: string | Buffer) =>
  createHmac('sha256', typeof key === 'string' ? key : keyObject(key))
    .update(data)
    .digest()
export const sameBytes = (a: Buffer, b: Buffer) => a.length === b.length && timingSafeEqual(a, b)
export const randomToken = (bytes = 32) => randomBytes(bytes).toString('base64url')

type Argon2 = { message: Buffer; nonce: Buffer; parallelism: number; tagLength: number; memory: number; passes: number }
const argon2 = promisify(crypto.argon2) as (algorithm: 'argon2id', p: Argon2) => Promise<Buffer>
const b64 = (b: Buffer) => b.toString('base64').replace(/=+$/, '')
/** OWASP minimum for argon2id: 19 MiB, 2 passes. */
const COST = { memory: 19_456, passes: 2, parallelism: 1 }

/** Hashing runs on libuv's four threads: a queue of two keeps files and DNS alive under a flood of logins. */
let running = 0
const waiting: (() => void)[] = []
async function limited<T>(work: () => Promise<T>): Promise<T> {
  if (running >= 2) await new Promise<void>((go) => waiting.push(go))
  running++
  try {
    return await work()
  } finally {
    running--
    waiting.shift()?.()
  }
}

/** argon2id as a PHC string. */
export async function hashPassword(password: string): Promise<string> {
  const nonce = randomBytes(16)
  const tag = await limited(() => argon2('argon2id', { message: Buffer.from(password), nonce, tagLength: 32, ...COST }))
  return `$argon2id$v=19$m=${COST.memory},t=${COST.passes},p=${COST.parallelism}$${b64(nonce)}$${b64(tag)}`
}

export async function checkPassword(password: string, phc: string): Promise<boolean> {
  const m = /^\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$([A-Za-z0-9+/]+)\$([A-Za-z0-9+/]+)$/.exec(phc)
  if (!m) return false
  const tag = Buffer.from(m[5] ?? '', 'base64')
  const cost = { memory: Number(m[1]), passes: Number(m[2]), parallelism: Number(m[3]) }
  const p = { ...cost, nonce: Buffer.from(m[4] ?? '', 'base64'), tagLength: tag.length, message: Buffer.from(password) }
  return sameBytes(tag, await limited(() => argon2('argon2id', p)))
}
