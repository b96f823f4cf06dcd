import { createHash, randomBytes } from 'node:crypto'
import { chmodSync, existsSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { z } from 'zod'
import { type Config, ConfigError, REPOSITORY, readKeySettings } from './config.ts'

/** Another user may pass through every folder above `dir`. */
export function reachableByOthers(dir: string): boolean {
  for (let d = path.resolve(dir); ; d = path.dirname(d)) {
    if (existsSync(d) && (statSync(d).mode & 0o001) === 0) return false
    if (d === path.dirname(d)) return true
  }
}

/**
 * Where data lives: DATA_DIR; else `.data` of the checkout. PostgreSQL refuses to run as root, so for root the folder must be
 * reachable by an unprivileged user: with a checkout that only its owner can read, a folder under /var/lib serves.
 */
export function findHome(dataDir: string | undefined): string {
  if (dataDir) return path.resolve(dataDir)
  const local = path.join(REPOSITORY, '.data')
  if (process.getuid?.() !== 0 || reachableByOthers(REPOSITORY)) return local
  const name = `atende-${createHash('sha256').update(REPOSITORY).digest('hex').slice(0, 8)}`
  return path.join(existsSync('/var/lib') ? '/var/lib' : tmpdir(), name)
}

const Secrets = z.object({
  /** Absent when the key has always come from the settings: a key that opens nothing would only be kept by mistake. */
  encryptionKey: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .optional(),
  postgresPassword: z.string(),
  /** Master keys that were replaced and may still wrap something; gone when the rotation has ended. */
  previousKeys: z.array(z.string().regex(/^[0-9a-f]{64}$/)).optional(),
})
export type Secrets = z.infer<typeof Secrets>

/**
 * Reads the secrets made at the first start, or makes them; a file that only its owner may read. Processes that start at the same
 * moment agree on one file.
 * @param keyIsElsewhere the master key comes from the settings: none is made
 */
export function loadSecrets(home: string, keyIsElsewhere = false): Secrets {
  mkdirSync(home, { recursive: true, mode: 0o755 })
  const file = path.join(home, 'secrets.json')
  if (!existsSync(file)) makeSecrets(file, keyIsElsewhere)
  chmodSync(file, 0o600)
  return Secrets.parse(JSON.parse(readFileSync(file, 'utf8')))
}

function makeSecrets(file: string, keyIsElsewhere: boolean): void {
  const key = keyIsElsewhere ? {} : { encryptionKey: randomBytes(32).toString('hex') }
  const made: Secrets = { ...key, postgresPassword: randomBytes(18).toString('base64url') }
  const mine = `${file}.${process.pid}`
  writeFileSync(mine, `${JSON.stringify(made, null, 2)}\n`, { mode: 0o600 })
  try {
    // Whole or not there at all, and the first one stays.
    linkSync(mine, file)
  } catch {
    // Somebody was faster, or this file system has no links.
    if (!existsSync(file)) renameSync(mine, file)
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Written beside and renamed into place: a reader finds the old file or the new one. */
export function saveSecrets(home: string, secrets: Secrets): void {
  const file = path.join(home, 'secrets.json')
  writeFileSync(`${file}.new`, `${JSON.stringify(secrets, null, 2)}\n`, { mode: 0o600 })
  renameSync(`${file}.new`, file)
}

/** The master keys as they are now, the current one first: from the settings (files are read again), else from the secrets of `home`. */
export function readMasterKeys(config: Config, home: string): string[] {
  const { ENCRYPTION_KEY: current, ENCRYPTION_KEY_PREVIOUS: previous } = readKeySettings(config)
  if (current) return [current, ...previous]
  const { encryptionKey, previousKeys = [] } = loadSecrets(home)
  if (!encryptionKey) throw new ConfigError('ENCRYPTION_KEY: is missing. This installation has always had it from the settings; a new one would open nothing')
  return [encryptionKey, ...previousKeys]
}
