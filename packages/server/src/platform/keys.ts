import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import type { MasterKeys } from './master-keys.ts'

/** What the first version of the server's key sealed; later ones name their version behind the format. */
const FIRST = 1
const VERSIONED = 3
const HEAD = 1 + 4

/** A version of the server's key; it seals from `activeAt` on (this process's clock). */
export type ServerKey = { version: number; key: Buffer; activeAt: number }

/** Sealed with a version of the server's key that this process does not have yet. */
export class UnknownServerKey extends Error {
  constructor(version: number) {
    super(`sealed with version ${version} of the key of the server, which was not read yet`)
    this.name = 'UnknownServerKey'
  }
}

/** What every value that this version seals begins with. */
export function headOf(version: number): Buffer {
  if (version === 1) return Buffer.from([FIRST])
  const head = Buffer.alloc(HEAD, VERSIONED)
  head.writeUInt32BE(version, 1)
  return head
}
const versionOf = (sealed: Buffer): number => {
  if (sealed[0] === FIRST) return 1
  if (sealed[0] === VERSIONED && sealed.length > HEAD) return sealed.readUInt32BE(1)
  throw new Error(`unknown secret format ${sealed[0]}`)
}
/** Did the server's own key seal this, and not a company's? */
export const isServerSealed = (sealed: Buffer): boolean => sealed[0] === FIRST || sealed[0] === VERSIONED

/** Named keys derived from the server's own key, so that no two purposes share one. The master keys wrap that one, and those of tenants. */
export class Keys {
  readonly masters: MasterKeys
  /** Oldest first. */
  #versions: ServerKey[] = []
  readonly #derived = new Map<string, Buffer>()
  /** Runs when something was sealed with a version that is not known here. */
  onUnknown: () => void = () => {}
  constructor(masters: MasterKeys, root?: Buffer) {
    this.masters = masters
    if (root) this.useRoot(root)
  }

  /** The server's first key, once it was read from the database. */
  useRoot(root: Buffer): void {
    this.useVersions([{ version: 1, key: root, activeAt: Number.NEGATIVE_INFINITY }])
  }

  /** Every version that there is. */
  useVersions(list: readonly ServerKey[]): void {
    this.#versions = list.toSorted((a, b) => a.version - b.version)
    this.#derived.clear()
  }

  /** The version that seals now. */
  get version(): number {
    const now = Date.now()
    const newest = this.#versions.findLast((v) => v.activeAt <= now) ?? this.#versions[0]
    if (!newest) throw new Error('the key of the server was not read from the database yet')
    return newest.version
  }

  /** The key of a purpose; without a version, the one that counts now. */
  derive(purpose: string, version = this.version): Buffer {
    const name = `${version} ${purpose}`
    let key = this.#derived.get(name)
    if (!key) {
      const of = this.#versions.find((v) => v.version === version)
      if (!of) throw new UnknownServerKey(version)
      key = Buffer.from(hkdfSync('sha256', of.key, Buffer.alloc(0), `atende/${purpose}`, 32))
      this.#derived.set(name, key)
    }
    return key
  }

  /**
   * What signatures of this purpose may have been made with, the newest first: also by a process that is ahead of this one, and by a
   * version that was replaced less than `graceMs` ago.
   */
  accepted(purpose: string, graceMs: number): Buffer[] {
    const since = Date.now() - graceMs
    return this.#versions
      .filter((_, i) => (this.#versions[i + 1]?.activeAt ?? Number.POSITIVE_INFINITY) > since)
      .map((v) => this.derive(purpose, v.version))
      .reverse()
  }

  /**
   * AES-256-GCM; `context` (for example `channels.access_token:<row id>`) is bound as additional data: a value moved to another row does
   * not open.
   */
  seal(context: string, text: string): Buffer {
    const { version } = this
    const iv = randomBytes(12)
    const c = createCipheriv('aes-256-gcm', this.derive('secrets', version), iv)
    c.setAAD(Buffer.from(context))
    return Buffer.concat([headOf(version), iv, c.update(text, 'utf8'), c.final(), c.getAuthTag()])
  }

  /** @throws when the value was changed, or sealed for another context or with another key. */
  open(context: string, sealed: Buffer): string {
    const version = versionOf(sealed)
    if (!this.#versions.some((v) => v.version === version)) {
      this.onUnknown()
      throw new UnknownServerKey(version)
    }
    const at = headOf(version).length
    const d = createDecipheriv('aes-256-gcm', this.derive('secrets', version), sealed.subarray(at, at + 12))
    d.setAAD(Buffer.from(context))
    d.setAuthTag(sealed.subarray(-16))
    return Buffer.concat([d.update(sealed.subarray(at + 12, -16)), d.final()]).toString('utf8')
  }
}
