import { readFileSync } from 'node:fs'
import { Decrypter, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { BackupError } from './backup-error.ts'

export type KeyPair = { identity: string; recipient: string }

export async function makeKeyPair(): Promise<KeyPair> {
  const identity = await generateX25519Identity()
  return { identity, recipient: await identityToRecipient(identity) }
}

/** As an ordinary age file, which the tool `age` opens as well. @throws BackupError not_configured */
export async function encryptFor(recipients: readonly string[], data: Uint8Array): Promise<Buffer> {
  if (recipients.length === 0) throw new BackupError('not_configured', 'there is no recipient: nobody could open this')
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  const sealed = await encrypter.encrypt(data)
  return Buffer.from(sealed.buffer, sealed.byteOffset, sealed.byteLength)
}

/** @throws BackupError wrong_identity, chunk_corrupt */
export async function decryptWith(identities: readonly string[], data: Uint8Array, name: string): Promise<Buffer> {
  const decrypter = new Decrypter()
  for (const identity of identities) decrypter.addIdentity(identity)
  try {
    const plain = await decrypter.decrypt(data)
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength)
  } catch (e) {
    if (e instanceof Error && /no identity matched/.test(e.message)) throw new BackupError('wrong_identity', `${name} was not encrypted for this identity`)
    throw new BackupError('chunk_corrupt', `${name} does not open: it was changed or cut off`)
  }
}

const STANDARD_INPUT = new Set(['-', '/dev/stdin'])
/** Whoever changed the user on the way (runuser, sudo) may not open what standard input leads to, and may read what comes by it. */
function readText(file: string): string {
  try {
    return readFileSync(STANDARD_INPUT.has(file) ? 0 : file, 'utf8')
  } catch (e) {
    const code = e instanceof Error && 'code' in e ? e.code : e
    throw new BackupError('identity_unreadable', `${file} cannot be read (${code})`)
  }
}

/** The lines of an identity file, as `age-keygen` and `atende backup key make` write them; `-`: from standard input. @throws BackupError */
export function readIdentities(file: string): string[] {
  const found = readText(file)
    .split('\n')
    .map((l) => l.trim())
    .filter((l) => /^AGE-SECRET-KEY-(PQ-)?1/.test(l))
  if (found.length === 0) throw new BackupError('wrong_identity', `${file} has no age identity (a line AGE-SECRET-KEY-1…)`)
  return found
}
