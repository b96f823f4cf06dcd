import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import { sha256 } from '../../../platform/crypto.ts'
import { bad, both, type CheckText, type Finding, family, judge, ok, type Status, skipped, warn } from '../check.ts'
import type { DoctorDatabase, DoctorEnv } from '../doctor-env.ts'

const LEAST_VERSION = 16
const TESTED_VERSION = 18
const SLOW_MS = 100

const texts = {
  'database.reachable': {
    title: both('the database answers', 'o banco de dados responde'),
    todo: both(
      'start it: systemctl start atende-postgres (plain) or docker compose up -d postgres (compose); with a database of your own check DATABASE_URL',
      'inicie-o: systemctl start atende-postgres (direto) ou docker compose up -d postgres (compose); com banco próprio, confira DATABASE_URL',
    ),
    runbook: 'database',
  },
  'database.version': {
    title: both('PostgreSQL is a supported version', 'versão do PostgreSQL suportada'),
    todo: both('move to PostgreSQL 18 (the one that is tested)', 'migre para o PostgreSQL 18 (a versão testada)'),
    runbook: 'database',
  },
  'database.roles': {
    title: both("the application's login has no special rights", 'o login da aplicação não tem poderes especiais'),
    todo: both(
      'take the rights away: alter role <name> nosuperuser nobypassrls nocreaterole; tables belong to the owner (DATABASE_OWNER_URL)',
      'retire os poderes: alter role <nome> nosuperuser nobypassrls nocreaterole; as tabelas pertencem ao dono (DATABASE_OWNER_URL)',
    ),
    runbook: 'personal-data-incident',
  },
  'database.rls': {
    title: both('row-level security is forced on every table', 'isolamento por linha ativo em todas as tabelas'),
    todo: both(
      'atende doctor --fix --only database.rls; then find out who switched it off',
      'atende doctor --fix --only database.rls; depois descubra quem desligou',
    ),
    runbook: 'personal-data-incident',
  },
  'database.migrations': {
    title: both('the schema is of this version', 'estrutura do banco é desta versão'),
    todo: both('atende migrate', 'atende migrate'),
    runbook: 'start',
  },
  'database.extensions': {
    title: both('extensions are there', 'extensões presentes'),
    todo: both('as owner: create extension pg_trgm; create extension unaccent', 'como dono: create extension pg_trgm; create extension unaccent'),
    runbook: 'database',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

async function checkVersion(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [row] = await db.ask<{ number: number; text: string }>(
    "select current_setting('server_version_num')::int number, current_setting('server_version') text",
  )
  const major = Math.floor((row?.number ?? 0) / 10_000)
  const status: Status = major < LEAST_VERSION ? 'fail' : major < TESTED_VERSION ? 'warn' : 'ok'
  return [
    judge('database.version', status, both(`PostgreSQL ${row?.text}`, `PostgreSQL ${row?.text}`)),
    (db.latencyMs > SLOW_MS ? warn : ok)('database.reachable', `answers in ${db.latencyMs} ms`, `responde em ${db.latencyMs} ms`),
  ]
}

type Role = { super: boolean; bypass: boolean; create: boolean; owns: number; member: boolean }
async function checkRoles(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [role] = await db.ask<Role>(
    `select r.rolsuper super, r.rolbypassrls bypass, r.rolcreaterole or r.rolcreatedb "create",
      (select count(*)::int from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p') and c.relowner = r.oid) owns,
      exists (select from pg_auth_members m join pg_roles o on o.oid = m.roleid where m.member = r.oid and (o.rolsuper or o.rolbypassrls
        or exists (select from pg_class c where c.relowner = o.oid and c.relnamespace = 'public'::regnamespace))) member
    from pg_roles r where r.rolname = $1`,
    [db.appRole],
  )
  if (!role)
    return [
      bad('database.roles', `there is no role ${db.appRole}`, `não existe o papel ${db.appRole}`, {
        todo: both('start the server once: it makes the role', 'inicie o servidor uma vez: ele cria o papel'),
      }),
    ]
  const faults = [
    role.super && 'superuser',
    role.bypass && 'bypassrls',
    role.create && 'createrole/createdb',
    role.member && 'member of an owner',
    role.owns > 0 && `owner of ${role.owns} tables`,
  ]
  const said = faults.filter((f) => typeof f === 'string').join(', ')
  if (said === '') return [ok('database.roles', `${db.appRole}: none`, `${db.appRole}: nenhum`)]
  const quoted = `"${db.appRole.replaceAll('"', '""')}"`
  const sql = `alter role ${quoted} nosuperuser nobypassrls nocreaterole nocreatedb`
  const fix = role.super || role.bypass || role.create ? { what: both(sql, sql), run: () => db.change(sql) } : undefined
  return [
    bad('database.roles', `${db.appRole} is ${said}: it could see every company's rows`, `${db.appRole} é ${said}: veria os dados de todas as empresas`, {
      fix,
    }),
  ]
}

/** Tables without tenants' rows, which the application may at most read. */
const SHARED = ['kysely_migration', 'kysely_migration_lock', 'migration_checksums']
type Table = { name: string; policies: number }
async function checkRls(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const open = await db.ask<Table>(
    `select c.oid::regclass::text name, (select count(*)::int from pg_policy p where p.polrelid = c.oid) policies
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = 'public' and c.relkind in ('r', 'p') and not (c.relrowsecurity and c.relforcerowsecurity)
      and (exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') or has_table_privilege($1, c.oid, 'insert, update, delete')
        or exists (select from pg_policy p where p.polrelid = c.oid))
      and c.relname <> all($2)`,
    [db.appRole, SHARED],
  )
  const [all] = await db.ask<{ n: number }>(
    "select count(*)::int n from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') and relforcerowsecurity",
  )
  if (open.length === 0) return [ok('database.rls', `${all?.n ?? 0} tables`, `${all?.n ?? 0} tabelas`)]
  return open.map(({ name, policies }) => {
    const sql = `alter table ${name} enable row level security, force row level security`
    // Without policies it would hide every row from everybody: then a person must look.
    const fix = policies > 0 ? { what: both(sql, sql), run: () => db.change(sql) } : undefined
    return bad('database.rls', `${name} is open to every company`, `${name} está aberta a todas as empresas`, { fix })
  })
}

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../../migrations')
async function ownMigrations(): Promise<{ name: string; checksum: string }[]> {
  const files = (await readdir(MIGRATIONS)).filter((f) => /\.(sql|ts)$/.test(f)).sort()
  return Promise.all(
    files.map(async (file) => ({
      name: file.replace(/\.(sql|ts)$/, ''),
      checksum: sha256(await readFile(path.join(MIGRATIONS, file), 'utf8')).toString('hex'),
    })),
  )
}

async function checkMigrations(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const files = await ownMigrations()
  const [there] = await db.ask<{ ok: boolean }>("select to_regclass('kysely_migration') is not null and to_regclass('migration_checksums') is not null ok")
  if (!there?.ok) return [bad('database.migrations', 'the database is empty', 'o banco de dados está vazio')]
  const applied = new Set((await db.ask<{ name: string }>('select name from kysely_migration')).map((r) => r.name))
  const sums = new Map((await db.ask<{ name: string; checksum: string }>('select name, checksum from migration_checksums')).map((r) => [r.name, r.checksum]))
  const missing = files.filter((f) => !applied.has(f.name)).map((f) => f.name)
  const changed = files.filter((f) => sums.has(f.name) && sums.get(f.name) !== f.checksum).map((f) => f.name)
  const newer = [...applied].filter((name) => !files.some((f) => f.name === name))
  const found: Finding<Id>[] = []
  if (missing.length > 0) found.push(bad('database.migrations', `missing: ${missing.join(', ')}`, `faltam: ${missing.join(', ')}`))
  if (changed.length > 0) {
    const todo = both('the file differs from what was applied: install the release anew', 'o arquivo difere do que foi aplicado: reinstale a versão')
    found.push(bad('database.migrations', `changed afterwards: ${changed.join(', ')}`, `alteradas depois: ${changed.join(', ')}`, { todo }))
  }
  // An older program beside a newer schema is what an update looks like half-way.
  if (newer.length > 0) {
    const todo = both('finish the update, or use the newer release for commands', 'conclua a atualização, ou use a versão mais nova para comandos')
    found.push(warn('database.migrations', `newer than this program: ${newer.join(', ')}`, `mais novas que este programa: ${newer.join(', ')}`, { todo }))
  }
  return [...found, ok('database.migrations', `${applied.size} applied`, `${applied.size} aplicadas`)]
}

async function checkExtensions(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const have = (await db.ask<{ extname: string }>('select extname from pg_extension')).map((r) => r.extname)
  const missing = ['pg_trgm', 'unaccent'].filter((e) => !have.includes(e))
  return missing.length > 0
    ? [bad('database.extensions', `missing: ${missing.join(', ')}`, `faltam: ${missing.join(', ')}`)]
    : [ok('database.extensions', 'pg_trgm, unaccent', 'pg_trgm, unaccent')]
}

export const databaseChecks = family(texts, async (env: DoctorEnv) => {
  const db = env.database
  if (!db) {
    const [en, pt] = ['the database does not answer', 'o banco de dados não responde']
    const others = Object.keys(texts).filter((id): id is Id => id !== 'database.reachable')
    return [bad('database.reachable', env.databaseError ?? 'unknown', env.databaseError ?? 'desconhecido'), ...others.map((id) => skipped(id, en, pt))]
  }
  return (await Promise.all([checkVersion(db), checkRoles(db), checkRls(db), checkMigrations(db), checkExtensions(db)])).flat()
})
