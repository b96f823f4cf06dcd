import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { z } from 'zod'
import { type Config, readKeySettings } from '../../platform/config.ts'
import { alive } from '../../platform/embedded-postgres.ts'

/**
 * Looks at an installation without touching it: what the start of a server makes or mends by itself (folders, modes, secrets) must be
 * seen here as it is.
 */
const Kept = z.object({
  /** Absent where the key comes from the settings. */
  encryptionKey: z.string().optional(),
  postgresPassword: z.string(),
  previousKeys: z.array(z.string()).optional(),
})
export type Kept = z.infer<typeof Kept>

export const secretsFile = (home: string): string => path.join(home, 'secrets.json')

/** Undefined when the file is absent. @throws when it cannot be read, or holds something else */
export function peekSecrets(home: string): Kept | undefined {
  const file = secretsFile(home)
  return existsSync(file) ? Kept.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined
}

/** The master keys, the current one first; none when there are none yet. */
export function peekMasterKeys(config: Config, home: string): string[] {
  const { ENCRYPTION_KEY: current, ENCRYPTION_KEY_PREVIOUS: previous } = readKeySettings(config)
  if (current) return [current, ...previous]
  const kept = peekSecrets(home)
  return kept?.encryptionKey ? [kept.encryptionKey, ...(kept.previousKeys ?? [])] : []
}

export const postmasterFile = (home: string): string => path.join(home, 'postgres/data/postmaster.pid')

/** The embedded PostgreSQL of this folder: `alive` when its process lives, else its lock file was left behind. */
export function peekEmbedded(home: string): { pid: number; port: number; alive: boolean } | undefined {
  const file = postmasterFile(home)
  if (!existsSync(file)) return undefined
  const [pid, , , port] = readFileSync(file, 'utf8').split('\n')
  return { pid: Number(pid), port: Number(port), alive: Number(pid) > 0 && alive(Number(pid)) }
}

const loginOf = (url: string): string => decodeURIComponent(new URL(url).username)

export type DatabaseLogins = {
  /** Sees the tables that a named door needs, or (embedded) everything. */
  ownerUrl: string
  /** Role that the application works with. */
  appRole: string
  appUrl: string | undefined
  kind: 'embedded' | 'external'
}

/** How to reach the database; undefined while the embedded one does not run. */
export function peekLogins(config: Config, home: string): DatabaseLogins | undefined {
  if (config.DATABASE_URL) {
    const name = new URL(config.DATABASE_URL).pathname.slice(1) || loginOf(config.DATABASE_URL)
    return config.DATABASE_OWNER_URL
      ? { ownerUrl: config.DATABASE_OWNER_URL, appUrl: config.DATABASE_URL, appRole: loginOf(config.DATABASE_URL), kind: 'external' }
      : { ownerUrl: config.DATABASE_URL, appUrl: undefined, appRole: `atende_app_${name.replace(/[^a-z0-9_]/gi, '_')}`.slice(0, 63), kind: 'external' }
  }
  const [kept, server] = [peekSecrets(home), peekEmbedded(home)]
  if (!kept || !server?.alive) return undefined
  const url = `postgres://postgres:${encodeURIComponent(kept.postgresPassword)}@127.0.0.1:${server.port}/atende`
  return { ownerUrl: url, appUrl: undefined, appRole: 'atende_app', kind: 'embedded' }
}
