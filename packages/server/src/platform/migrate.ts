import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { CompiledQuery, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import { sha256 } from './crypto.ts'
import { type Database, openDatabase, type SystemTx, useKeys } from './database.ts'
import type { Keys } from './keys.ts'
import { splitSql } from './sql-statements.ts'

const MIGRATIONS = path.resolve(import.meta.dirname, '../../migrations')
/** Whoever waits for a lock makes everybody behind wait: after this long a migration steps back and tries again. */
const LOCK_WAIT_MS = 1000
const TRIES = 60

/** An applied migration's text is not what was applied: the schema is not what this program expects. */
export class MigrationChanged extends Error {}
/** The database is older than this version, and this process may not change that. */
export class DatabaseTooOld extends Error {
  readonly code = 'database_too_old'
}

/** One that SQL cannot do (it seals what was in the clear): exports `up`, which runs as the owner in the migration's transaction. */
type CodeMigration = { up: (tx: SystemTx) => Promise<void> }
/** `contract`: takes away what versions before `since` use. The mark stands in the file: `-- contract: since 1.2.0`. */
export type MigrationPlan = { name: string; applied: boolean; kind: 'expand' | 'contract'; since: string | null }
type MigrationFile = { name: string; checksum: string; text: string; alone: boolean; up: (tx: SystemTx) => Promise<void> }

/** Indexes of big tables are built beside traffic, which PostgreSQL does outside of a transaction only. Such a file says so in a line. */
const OUTSIDE = /^-- outside a transaction\b/m
export const CONTRACT = /^\s*(?:--|\/\/) contract: since (\d+\.\d+\.\d+)\b/m

/** Each statement by itself, so each must bear to be repeated; of an index that was left half built a new one is made. */
async function runOutside(db: SystemTx, text: string): Promise<void> {
  await sql`set lock_timeout = 0`.execute(db)
  for (const { text: statement } of splitSql(text)) {
    const index = /^create (?:unique )?index concurrently if not exists "?(\w+)"?/i.exec(statement)?.[1]
    if (index) {
      const { rows } = await sql`select 1 from pg_index where indexrelid = to_regclass(${index}) and not indisvalid`.execute(db)
      if (rows.length > 0) await sql`drop index concurrently ${sql.id(index)}`.execute(db)
    }
    await db.executeQuery(CompiledQuery.raw(statement))
  }
}

async function readMigrations(appRole: string): Promise<MigrationFile[]> {
  const files = (await readdir(MIGRATIONS)).filter((f) => /\.(sql|ts)$/.test(f)).sort()
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(path.join(MIGRATIONS, file), 'utf8')
      const isCode = file.endsWith('.ts')
      const outside = !isCode && OUTSIDE.test(text)
      const statements = text.replaceAll('{{app_role}}', appRole)
      const run = async (tx: SystemTx) => {
        if (outside) return runOutside(tx, statements)
        await sql`select set_config('lock_timeout', ${`${LOCK_WAIT_MS}ms`}, true)`.execute(tx)
        if (isCode) await ((await import(path.join(MIGRATIONS, file))) as CodeMigration).up(tx)
        else await tx.executeQuery(CompiledQuery.raw(statements))
      }
      return { name: file.replace(/\.(sql|ts)$/, ''), checksum: sha256(text).toString('hex'), text, alone: outside, up: run }
    }),
  )
}

/** Remembers what was applied. @throws MigrationChanged when a file was edited afterwards */
async function checkApplied(db: Database, files: readonly { name: string; checksum: string }[], applied: readonly string[]): Promise<void> {
  for (const { name, checksum } of files) {
    if (!applied.includes(name)) continue
    await sql`insert into migration_checksums values (${name}, ${checksum}) on conflict do nothing`.execute(db)
    const { rows } = await sql<{ checksum: string }>`select checksum from migration_checksums where name = ${name}`.execute(db)
    if (rows[0]?.checksum !== checksum) {
      throw new MigrationChanged(
        `migration ${name} was changed after it had been applied to this database; migrations only go forward: restore the file and add a new one`,
      )
    }
  }
}

async function appliedNames(db: Database): Promise<string[]> {
  const { rows } = await sql<{ there: boolean }>`select to_regclass('kysely_migration') is not null there`.execute(db)
  if (!rows[0]?.there) return []
  return (await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db)).rows.map((r) => r.name)
}

const steppedBack = (e: unknown): boolean => e instanceof Error && 'code' in e && (e.code === '55P03' || e.code === '40P01')

/** One migration in its transaction. Who holds a lock that it needs is let through first. */
async function applyOne(migrator: Migrator, file: MigrationFile): Promise<void> {
  for (let tries = 1; ; tries++) {
    const { error } = await migrator.migrateTo(file.name, { disableTransactions: file.alone })
    if (!error) return
    if (!steppedBack(error) || tries >= TRIES) throw error
    await pause(200 + Math.random() * Math.min(3000, 300 * tries))
  }
}

/**
 * Applies what is missing of migrations/, in order, each in a transaction of its own. Safe when several processes start at once. What a
 * newer version has applied is let be: a migration leaves the version before it able to go on.
 * @param keys needed by a migration only that seals what an older version kept in the clear
 * @throws MigrationChanged
 */
export async function migrate(ownerUrl: string, appRole: string, keys?: Keys): Promise<string[]> {
  const { db } = openDatabase(ownerUrl, 2, 'atende-migrate')
  if (keys) useKeys(db, keys)
  try {
    const files = await readMigrations(appRole)
    const before = await appliedNames(db)
    await checkApplied(db, files, before)
    // Kysely gives a migration the transaction that it runs in, typed without tables.
    const own = files.map((f): [string, Migration] => [f.name, { up: (tx) => f.up(tx as SystemTx) }])
    const foreign = before.map((name): [string, Migration] => [name, { up: async () => {} }])
    const migrator = new Migrator({ db, provider: { getMigrations: async () => Object.fromEntries([...foreign, ...own]) } })
    const missing = files.filter((f) => !before.includes(f.name))
    for (const file of missing) await applyOne(migrator, file)
    const now = missing.map((f) => f.name)
    await checkApplied(db, files, now)
    return now
  } finally {
    await db.destroy()
  }
}

let ownNames: Promise<string[]> | undefined
/** Names of the migrations that this version brings. */
const namesHere = (): Promise<string[]> => {
  ownNames ??= readMigrations('').then((files) => files.map((f) => f.name))
  return ownNames
}

export type SchemaState = {
  /** Of this version's migrations those that the database does not have. */
  missing: string[]
  /** Of a newer version: this one goes on beside it. */
  newer: string[]
}
/** How database and version stand to each other, asked as the application. A database from before the question existed lacks everything newer. */
export async function schemaState(db: Database): Promise<SchemaState> {
  const own = await namesHere()
  const { rows: door } = await sql<{ there: boolean }>`select to_regprocedure('public.door_migrations()') is not null there`.execute(db)
  if (!door[0]?.there) return { missing: own.slice(-1), newer: [] }
  const { rows } = await sql<{ name: string }>`select name from door_migrations() name`.execute(db)
  const applied = rows.map((r) => r.name)
  return { missing: own.filter((name) => !applied.includes(name)), newer: applied.filter((name) => !own.includes(name)) }
}

/** @throws DatabaseTooOld */
export async function requireMigrated(db: Database): Promise<SchemaState> {
  const state = await schemaState(db)
  if (state.missing.length === 0) return state
  throw new DatabaseTooOld(
    `the database is older than this version (${state.missing.join(', ')} is missing) and MIGRATE=never: run "atende migrate" of this version`,
  )
}

/** What `migrate` would do, and which of all migrations take something away from older versions. Changes nothing. */
export async function planMigrations(ownerUrl: string): Promise<MigrationPlan[]> {
  const { db } = openDatabase(ownerUrl, 1, 'atende-migrate')
  try {
    const applied = await appliedNames(db)
    return (await readMigrations('')).map(({ name, text }) => {
      const since = CONTRACT.exec(text)?.[1] ?? null
      return { name, applied: applied.includes(name), kind: since ? 'contract' : 'expand', since }
    })
  } finally {
    await db.destroy()
  }
}
