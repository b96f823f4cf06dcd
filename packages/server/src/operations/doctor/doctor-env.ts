import { existsSync, readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { Kysely, PostgresDialect } from 'kysely'
import pg from 'pg'
import { type Config, ConfigError, loadConfig, readEnvironment, SECRET_NAMES, SETTING_NAMES } from '../../platform/config.ts'
import type { Database } from '../../platform/database.ts'
import { findHome } from '../../platform/home.ts'
import { createOutgoing, type Outgoing } from '../../platform/outgoing/outgoing.ts'
import { runningServer } from '../../platform/running-file.ts'
import type { DB } from '../../platform/schema.ts'
import { type DatabaseLogins, peekLogins } from './peek.ts'

export type DoctorDatabase = DatabaseLogins & {
  latencyMs: number
  ask: <R extends pg.QueryResultRow>(text: string, values?: unknown[]) => Promise<R[]>
  /** For mending: without the short time that questions have. */
  change: (text: string, values?: unknown[]) => Promise<void>
  kysely: Database
}

/** What the checks look at. All of it may be broken: nothing here throws once it is open. */
export type DoctorEnv = {
  /** The settings; those that do not parse have their defaults, and `configFaults` names them. */
  config: Config
  configFaults: string[]
  raw: Record<string, string | undefined>
  home: string
  database: DoctorDatabase | undefined
  databaseError: string | undefined
  /** Address of a server that answers on this machine. */
  serverUrl: string | undefined
  /** PUBLIC_URL as a URL, when it has one that people elsewhere could use. */
  publicUrl: URL | undefined
  /** Calls only addresses of this installation. */
  outgoing: Outgoing
  /** The address that OUTGOING_HOSTS says for a name, as the server would use. */
  hostAddress: (name: string) => string | undefined
  /** In a container the machine's own network and services are elsewhere. */
  container: boolean
  /** Another container makes the backups; their folder and their bucket are known there, and not here. */
  backupsElsewhere: boolean
  close: () => Promise<void>
}

const CONNECT_MS = 4000
const QUESTION_MS = 8000
const ROUNDS = 10

/** Files that settings name and nobody here can read. */
const unreadable = (): { name: string; fault: string }[] =>
  SECRET_NAMES.flatMap((secret) => {
    const name = `${secret}_FILE`
    const file = readEnvironment()[name]
    if (!file) return []
    try {
      readFileSync(file)
      return []
    } catch (e) {
      return [{ name, fault: `${name}: ${file} cannot be read (${e instanceof Error && 'code' in e ? e.code : 'unknown'})` }]
    }
  })

/** The setting that a fault speaks of, or all that it names. */
const namesIn = (line: string, all: boolean): string[] => {
  const named = (line.match(/[A-Z][A-Z0-9_]+/g) ?? []).filter((name) => SETTING_NAMES.includes(name))
  return all ? named : named.slice(0, 1)
}

/** Settings with the broken ones left out, so that one mistake hides nothing else. */
function readSettings(): { config: Config; faults: string[] } {
  const closed = unreadable()
  const faults = closed.map((c) => c.fault)
  const without: Record<string, undefined> = Object.fromEntries(closed.map((c) => [c.name, undefined]))
  for (let i = 0; i < ROUNDS; i++) {
    try {
      return { config: loadConfig(without), faults }
    } catch (e) {
      if (!(e instanceof ConfigError)) throw e
      for (const line of e.message.split('\n')) {
        // A setting that is missing cannot be left out: then those that need it are, which the line names as well.
        for (const name of namesIn(line, faults.includes(line))) Object.assign(without, { [name]: undefined, [`${name}_FILE`]: undefined })
        if (!faults.includes(line)) faults.push(line)
      }
    }
  }
  throw new ConfigError(faults.join('\n'))
}

async function connect(logins: DatabaseLogins): Promise<DoctorDatabase & { end: () => Promise<void> }> {
  const options = { connectionString: logins.ownerUrl, connectionTimeoutMillis: CONNECT_MS, application_name: 'atende-doctor' }
  const pool = new pg.Pool({
    ...options,
    max: 4,
    query_timeout: QUESTION_MS,
    options: `-c statement_timeout=${QUESTION_MS} -c default_transaction_read_only=on`,
  })
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  try {
    await pool.query('select 1')
    const began = performance.now()
    await pool.query('select 1')
    const latencyMs = Math.round((performance.now() - began) * 10) / 10
    return {
      ...logins,
      latencyMs,
      ask: async (text, values = []) => (await pool.query(text, values)).rows,
      async change(text, values = []) {
        const c = new pg.Client(options)
        await c.connect()
        try {
          await c.query(text, values)
        } finally {
          await c.end()
        }
      },
      kysely: new Kysely<DB>({ dialect: new PostgresDialect({ pool }) }),
      end: () => pool.end(),
    }
  } catch (e) {
    await pool.end().catch(() => {})
    throw e
  }
}

/** Without addresses and passwords, which some errors carry. */
export const reasonOf = (e: unknown): string => {
  const cause = e instanceof Error && e.cause instanceof Error ? e.cause : e
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  if (cause instanceof AggregateError) return [code, ...cause.errors.map((x) => reasonOf(x))].filter(Boolean)[0] ?? 'unknown'
  const text = cause instanceof Error ? cause.message.replace(/\w+:\/\/\S+/g, '…') : String(cause)
  return code && !text.includes(code) ? `${text} (${code})` : text
}

async function openDatabase(config: Config, home: string) {
  try {
    const logins = peekLogins(config, home)
    return logins ? { database: await connect(logins) } : { error: 'the embedded PostgreSQL of this data folder does not run' }
  } catch (e) {
    return { error: reasonOf(e) }
  }
}

function publicUrlOf(config: Config): URL | undefined {
  if (!config.PUBLIC_URL) return undefined
  const url = new URL(config.PUBLIC_URL)
  return url.hostname === 'localhost' || isIP(url.hostname.replace(/[[\]]/g, '')) ? undefined : url
}

/** Whatever of this installation answers here: of the file in the data folder, of the settings, of the two colours. */
async function findServer(config: Config, home: string, outgoing: Outgoing): Promise<string | undefined> {
  const noted = await runningServer(home).catch(() => undefined)
  if (noted) return noted
  for (const url of localUrls(config)) {
    const answer = await outgoing.fetch(`${url}/alive`, { timeoutMs: 1000 }).catch(() => undefined)
    await answer?.body?.cancel()
    if (answer?.ok) return url
  }
  return undefined
}

const COLOURS = [3001, 3002]
const localUrls = (config: Config): string[] => [...new Set([config.PORT, ...COLOURS])].map((port) => `http://127.0.0.1:${port}`)

/** Engines leave a mark, or set `container` as systemd's convention says (empty: none). */
const isContainer = (said: string | undefined): boolean => (said === undefined ? existsSync('/.dockerenv') || existsSync('/run/.containerenv') : said !== '')

export async function openDoctorEnv(): Promise<DoctorEnv> {
  const { config, faults } = readSettings()
  const home = findHome(config.DATA_DIR)
  const own = [...localUrls(config), ...(config.PUBLIC_URL ? [config.PUBLIC_URL] : [])].map((text) => new URL(text))
  // The operator's own addresses may be inner ones.
  const allowed = own.map((u) => `${u.hostname}:${u.port || (u.protocol === 'https:' ? 443 : 80)}`)
  const outgoing = createOutgoing({ ...config, OUTGOING_ALLOW: allowed })
  const hosts = new Map(config.OUTGOING_HOSTS.map((entry) => [entry.split('=')[0], entry.split('=')[1]]))
  const raw = readEnvironment()
  const container = isContainer(raw.container)
  const [{ database, error }, serverUrl] = await Promise.all([openDatabase(config, home), findServer(config, home, outgoing)])
  return {
    config,
    configFaults: faults,
    raw,
    home,
    database,
    databaseError: error,
    serverUrl,
    publicUrl: publicUrlOf(config),
    outgoing,
    hostAddress: (name) => hosts.get(name),
    container,
    backupsElsewhere: container && config.BACKUP_RUN === 'elsewhere' && raw.BACKUP_DIR !== undefined && !existsSync(raw.BACKUP_DIR),
    async close() {
      outgoing.close()
      await database?.end()
    },
  }
}
