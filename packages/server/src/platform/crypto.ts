import * as crypto from 'node:crypto'
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { promisify } from 'node:util'
import type { MasterKeys } from './master-keys.ts'
import { keyObject } from './vault/key-object.ts'

const FORMAT = 1

/** Named keys derived from the server's own key, so that no two purposes share one. The master keys wrap that one, and those of tenants. */
export class Keys {
  readonly masters: MasterKeys
  #root: Buffer | undefined
  readonly #derived = new Map<string, Buffer>()
  constructor(masters: MasterKeys, root?: Buffer) {
    this.masters = masters
    this.#root = root
  }

  /** The server's key, once it was read from the database. */
  useRoot(root: Buffer): void {
    this.#root = root
    this.#derived.clear()
  }

  derive(purpose: string): Buffer {
    if (!this.#root) throw new Error('the key of the server was not read from the database yet')
    let key = this.#derived.get(purpose)
    if (!key) {
      key = Buffer.from(crypto.hkdfSync('sha256', this.#root, Buffer.alloc(0), `atende/${purpose}`, 32))
      this.#derived.set(purpose, key)
    }
    return key
  }

  /** AES-256-GCM; `context` (for example `channels.access_token:<row id>`) is bound as additional data: a value moved to another row does not open. */
  seal(context: string, text: string): Buffer {
    const iv = randomBytes(12)
    const c = createCipheriv('aes-256-gcm', keyObject(this.derive('secrets')), iv)
    c.setAAD(Buffer.from(context))
    return Buffer.concat([Buffer.from([FORMAT]), iv, c.update(text, 'utf8'), c.final(), c.getAuthTag()])
  }

  /** @throws when the value was changed, or sealed for another context or with another key. */
  open(context: string, sealed: Buffer): string {
    if (sealed[0] !== FORMAT) throw new Error(`unknown secret format ${sealed[0]}`)
    const d = createDecipheriv('aes-256-gcm', keyObject(this.derive('secrets')), sealed.subarray(1, 13))
    d.setAAD(Buffer.from(context))
    d.setAuthTag(sealed.subarray(-16))
    return Buffer.concat([d.update(sealed.subarray(13, -16)), d.final()]).toString('utf8')
  }
}

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
