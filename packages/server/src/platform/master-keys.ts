import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import { keyObject } from './vault/key-object.ts'

const FORMAT = 1
const ID_BYTES = 8

/** A key was wrapped by a master key that this process does not have. */
export class UnknownMasterKey extends Error {
  constructor() {
    super('a key in the database was wrapped by a master key that is not configured (ENCRYPTION_KEY, ENCRYPTION_KEY_PREVIOUS)')
    this.name = 'UnknownMasterKey'
  }
}

type Master = { id: Buffer; key: Buffer }

const read = (hex: string): Master => {
  const key = Buffer.from(hex, 'hex')
  if (key.length !== 32) throw new Error('the master key must have 32 bytes')
  return { id: Buffer.from(hkdfSync('sha256', key, Buffer.alloc(0), 'atende/master-id', ID_BYTES)), key }
}

/**
 * The keys that wrap all others: the current one, and those that it replaces while a rotation runs. `reload` reads them again from
 * where they lie, when something was wrapped by one that is not known yet: a running process learns of a rotation by this.
 */
export class MasterKeys {
  #list: Master[]
  readonly #reload: (() => string[]) | undefined

  /** @param hexes 32 bytes as hex digits each, the current one first */
  constructor(hexes: readonly string[], reload?: () => string[]) {
    this.#list = hexes.map(read)
    this.#reload = reload
  }

  get current(): Master {
    const [first] = this.#list
    if (!first) throw new Error('there is no master key')
    return first
  }

  /** Takes the keys anew from where they lie. */
  refresh(): void {
    if (this.#reload) this.#list = this.#reload().map(read)
  }

  #find(id: Buffer): Master | undefined {
    return this.#list.find((m) => m.id.equals(id))
  }

  /** Wraps with the current key: format, the key's id, iv, ciphertext, tag. `place` is bound in. */
  wrap(place: string, key: Buffer): Buffer {
    // Rare enough to look each time: what is wrapped while a rotation runs must not be wrapped by the key that goes.
    this.refresh()
    const { id, key: master } = this.current
    const iv = randomBytes(12)
    const c = createCipheriv('aes-256-gcm', keyObject(master), iv)
    c.setAAD(Buffer.from(place))
    return Buffer.concat([Buffer.from([FORMAT]), id, iv, c.update(key), c.final(), c.getAuthTag()])
  }

  /** @throws UnknownMasterKey; or when the value was changed or belongs elsewhere */
  unwrap(place: string, wrapped: Buffer): Buffer {
    if (wrapped[0] !== FORMAT) throw new Error(`unknown format ${wrapped[0]} of a wrapped key`)
    const id = wrapped.subarray(1, 1 + ID_BYTES)
    if (!this.#find(id)) this.refresh()
    const master = this.#find(id)
    if (!master) throw new UnknownMasterKey()
    const d = createDecipheriv('aes-256-gcm', keyObject(master.key), wrapped.subarray(1 + ID_BYTES, 13 + ID_BYTES))
    d.setAAD(Buffer.from(place))
    d.setAuthTag(wrapped.subarray(-16))
    return Buffer.concat([d.update(wrapped.subarray(13 + ID_BYTES, -16)), d.final()])
  }

  /** The names of the keys, the current one first; they say nothing about the keys. */
  get ids(): string[] {
    return this.#list.map((m) => m.id.toString('hex'))
  }

  /** A key for something outside of the database, from the master key with this name. Undefined when it is not here. */
  derive(purpose: string, id: string): Buffer | undefined {
    const master = this.#find(Buffer.from(id, 'hex'))
    return master && Buffer.from(hkdfSync('sha256', master.key, Buffer.alloc(0), `atende/${purpose}`, 32))
  }

  /** Was it wrapped by the current key? */
  isCurrent(wrapped: Buffer): boolean {
    return wrapped.subarray(1, 1 + ID_BYTES).equals(this.current.id)
  }
}
