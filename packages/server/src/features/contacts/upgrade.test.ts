import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { Contact } from '@atende/contracts/contacts'
import { CompiledQuery, type Kysely } from 'kysely'
import { Migrator } from 'kysely/migration'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import { JOB_DEFINITIONS } from '../../jobs.ts'
import { startServer } from '../../main.ts'
import { loadConfig } from '../../platform/config.ts'
import { hashPassword } from '../../platform/crypto.ts'
import { openDatabase, useKeys } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { prepareInstallation } from '../../platform/installation.ts'
import { Keys } from '../../platform/keys.ts'
import { MasterKeys } from '../../platform/master-keys.ts'
import { sqlAs, TEST_ROLES } from '../../testing/test-database.ts'

const MIGRATIONS = path.resolve(import.meta.dirname, '../../../migrations')
const LAST_PLAIN = '0009'
const home = mkdtempSync(path.join(tmpdir(), 'atende-upgrade-'))
const name = `upgrade_${process.pid}_${Date.now().toString(36)}`
const { port, password } = inject('postgres')
const url = (user: string, secret: string, database = name) => `postgres://${user}:${secret}@127.0.0.1:${port}/${database}`
const [owner, superuser, admin] = [url(TEST_ROLES.owner, 'test'), url('postgres', password), url('postgres', password, 'postgres')]
const sql = (text: string, values: unknown[] = []) => sqlAs(superuser, text, values)

const tenant = uuidv7()
const [ana, hidden, group, parted] = [uuidv7(), uuidv7(), uuidv7(), uuidv7()]
const [merge, undone] = [uuidv7(), uuidv7()]
let server: Awaited<ReturnType<typeof startServer>>
let db: ReturnType<typeof openDatabase>['db']
let token: string

/** A database as the version before the vault left it. */
async function makeOld(): Promise<void> {
  await sqlAs(admin, `create database ${name} owner ${TEST_ROLES.owner}`)
  const old = openDatabase(owner, 1)
  const files = readdirSync(MIGRATIONS).filter((f) => f.slice(0, 4) <= LAST_PLAIN)
  const text = (file: string) => readFileSync(path.join(MIGRATIONS, file), 'utf8').replaceAll('{{app_role}}', TEST_ROLES.app)
  const one = (file: string) => ({ up: async (tx: Kysely<unknown>) => void (await tx.executeQuery(CompiledQuery.raw(text(file)))) })
  const all = Object.fromEntries(files.map((f) => [f.replace('.sql', ''), one(f)]))
  const { error } = await new Migrator({ db: old.db, provider: { getMigrations: async () => all } }).migrateToLatest()
  await old.db.destroy()
  if (error) throw error
}

async function plant(): Promise<void> {
  const user = uuidv7()
  await sql("insert into tenants (id, name, slug, email, status) values ($1, 'Pousada', 'pousada', 'p@example.com', 'ACTIVE')", [tenant])
  await sql("insert into users (id, email, name, password_hash) values ($1, 'dona@example.com', 'Dona', $2)", [user, await hashPassword('uma senha bem longa')])
  await sql("insert into memberships (tenant_id, user_id, role) values ($1, $2, 'OWNER')", [tenant, user])
  const person = 'insert into contacts (id, tenant_id, name, profile_name, phone, email, notes, kind, merged_into) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)'
  await sql(person, [ana, tenant, 'Ana Conceição', 'aninha', '+5511987654321', 'ana@example.com', 'gosta de café', 'person', null])
  await sql(person, [hidden, tenant, 'Ana Paula', null, '+5511987650000', null, null, 'person', ana])
  await sql(person, [group, tenant, 'Excursão 2026', 'Excursão 2026', null, null, null, 'group', null])
  await sql(person, [parted, tenant, 'Bruno', null, null, null, null, 'person', null])
  // More than one batch.
  await sql("insert into contacts (id, tenant_id, name) select uuidv7(), $1, 'Pessoa ' || n from generate_series(1, 1200) n", [tenant])
  const identity = 'insert into contact_identities (tenant_id, kind, value, contact_id, address, scope) values ($1, $2, $3, $4, $5, $6)'
  await sql(identity, [tenant, 'phone', '5511987654321', ana, '551187654321', ''])
  await sql(identity, [tenant, 'phone', '5511987650000', ana, '5511987650000', ''])
  await sql(identity, [tenant, 'bsuid', 'BR.77', ana, 'BR.77', '123'])
  await sql(identity, [tenant, 'username', 'ana.c', ana, 'ana.c', ''])
  await sql(identity, [tenant, 'group', 'G-1', group, 'G-1', ''])
  await sql(
    "insert into former_identities (tenant_id, contact_id, kind, value, until, reason) values ($1, $2, 'phone', '5521999990000', '2026-01-02', 'number_changed')",
    [tenant, ana],
  )
  const trace =
    'insert into contact_merges (id, tenant_id, kept_id, other_id, reason, other_name, kept_before, kept_after, moved, undone_at) values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)'
  const fields = (n: string) => JSON.stringify({ name: n, profile_name: 'aninha', phone: '+5511987654321', email: null, notes: null })
  const moved = JSON.stringify({ identities: [{ kind: 'phone', value: '5511987650000' }], former: [], joined: [], given: [] })
  await sql(trace, [merge, tenant, ana, hidden, 'manual', 'Ana Paula', fields('Ana'), fields('Ana Conceição'), moved, null])
  await sql(trace, [undone, tenant, ana, parted, 'manual', 'Bruno', fields('Ana'), fields('Ana'), '{}', new Date()])
}

beforeAll(async () => {
  await makeOld()
  await plant()
  const keys = new Keys(new MasterKeys(['22'.repeat(32)]))
  ;({ db } = openDatabase(url(TEST_ROLES.app, 'test'), 4))
  useKeys(db, keys)
  const installation = {
    home,
    keys,
    db,
    appUrl: url(TEST_ROLES.app, 'test'),
    ownerUrl: owner,
    appRole: TEST_ROLES.app,
    embedded: undefined,
    close: () => db.destroy(),
  }
  await prepareInstallation(installation, JOB_DEFINITIONS)
  const config = loadConfig({ NODE_ENV: 'test', PORT: '0', LOG_LEVEL: 'fatal', DATABASE_URL: installation.appUrl, DATA_DIR: home, ROLE: 'web' })
  server = await startServer(config, installation)
  const login = await fetch(`${server.url}/api/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ email: 'dona@example.com', password: 'uma senha bem longa' }),
  })
  token = ((await login.json()) as { accessToken: string }).accessToken
}, 60_000)
afterAll(async () => {
  await server?.stop()
  await db?.destroy()
  await sqlAs(admin, `drop database if exists ${name} with (force)`)
  rmSync(home, { recursive: true, force: true })
})

async function ask<T>(method: string, at: string): Promise<T> {
  const answer = await fetch(server.url + at, { method, headers: { authorization: `Bearer ${token}` } })
  expect(answer.ok, at).toBe(true)
  return (await answer.json()) as T
}
const found = async (q: string) => (await ask<{ items: Contact[] }>('GET', `/api/contacts?q=${encodeURIComponent(q)}`)).items.map((c) => c.id)

it('everybody is there as before, found by everything, and their merges can be undone', async () => {
  const contact = Contact.parse(await ask('GET', `/api/contacts/${hidden}`))
  expect(contact).toMatchObject({
    id: ana,
    name: 'Ana Conceição',
    profileName: 'aninha',
    phone: '+5511987654321',
    email: 'ana@example.com',
    notes: 'gosta de café',
  })
  expect(contact.identities).toEqual([
    { kind: 'bsuid', value: 'BR.77' },
    { kind: 'phone', value: '5511987650000' },
    { kind: 'phone', value: '5511987654321' },
    { kind: 'username', value: 'ana.c' },
  ])
  expect(contact.formerIdentities).toMatchObject([{ kind: 'phone', value: '5521999990000', reason: 'number_changed' }])
  expect(contact.merges).toMatchObject([{ id: merge, name: 'Ana Paula' }])
  for (const q of ['conceicao', 'aninha', '98765-4321', 'ana@example.com', '@ana.c', '21 99999-0000']) expect(await found(q), q).toEqual([ana])
  expect(await found('excursao')).toEqual([group])
  expect(await found('pessoa 1200')).toHaveLength(1)
  const { kept, other } = await ask<{ kept: Contact; other: Contact }>('POST', `/api/contacts/${ana}/merges/${merge}/undo`)
  expect(kept).toMatchObject({ name: 'Ana', phone: '+5511987654321', merges: [] })
  expect(other).toMatchObject({ id: hidden, name: 'Ana Paula', phone: '+5511987650000', identities: [{ kind: 'phone', value: '5511987650000' }] })
})

it('nothing of them is left in the clear', async () => {
  const tables = ['contacts', 'contact_identities', 'former_identities', 'contact_merges']
  for (const table of tables) {
    const rows = (await sql(`select t::text as row from ${table} t`)).map((r) => String(r.row).toLowerCase())
    for (const word of ['ana', 'aninha', '11987654321', '551187654321', 'bruno', 'excurs', 'café', 'br.77', '21999990000'])
      expect(
        rows.filter((r) => r.includes(word)),
        `${word} in ${table}`,
      ).toEqual([])
  }
})
