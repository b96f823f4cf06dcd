import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { hmacSha256 } from '../platform/crypto.ts'
import { type BackupLab, startBackupLab } from '../testing/backup-lab.ts'
import { startOldClientProxy } from '../testing/old-client-proxy.ts'
import { sqlAs } from '../testing/test-database.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/**
 * A database whose files are out of reach, with the real pg_dump and pg_restore. Debian 12 has those of version 15 only, which refuse a
 * server of version 18: scripts on the PATH say that they are of version 18, and a proxy tells them that the server is of version 15. So our
 * arguments, roles, the order of things, row-level security and the partitions of the queue are proven; that version 18 of these programs
 * can read and write the same is theirs to prove.
 */
let lab: BackupLab
let env: Record<string, string>
let port: string
const proxies: Awaited<ReturnType<typeof startOldClientProxy>>[] = []
const superuser = (database: string) => {
  const { postgresPassword } = JSON.parse(readFileSync(path.join(lab.at('home'), 'secrets.json'), 'utf8'))
  return `postgres://postgres:${postgresPassword}@127.0.0.1:${port}/${database}`
}
const last = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '')

beforeAll(async () => {
  lab = await startBackupLab()
  port = readFileSync(path.join(lab.at('home'), 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3] ?? ''
  const proxy = await startOldClientProxy(Number(port))
  proxies.push(proxy)
  const bin = lab.at('bin')
  mkdirSync(bin)
  for (const tool of ['pg_dump', 'pg_restore']) {
    const script = `#!/bin/sh
[ "$1" = --version ] && { echo "${tool} (PostgreSQL) 18.0"; exit; }
# Version 17 and newer know it; this database has no such extension here (below).
for word in "$@"; do shift; case $word in --exclude-extension=*) ;; *) set -- "$@" "$word" ;; esac; done
PATH=/usr/bin:/usr/local/bin:/opt/homebrew/bin exec ${tool} "$@"
`
    writeFileSync(path.join(bin, tool), script, { mode: 0o755 })
  }
  await lab.sql(lab.at('home'), 'drop extension if exists pg_stat_statements')
  await lab.sql(lab.at('home'), "create role dumper login bypassrls password 'dump-login-of-the-test'; grant pg_read_all_data to dumper")
  // As a provider's: it may make roles and databases, and is no superuser.
  await lab.sql(lab.at('home'), "create role provider login createdb createrole password 'provider-of-the-test'")
  await lab.sql(lab.at('home'), 'grant atende_owner, atende_app to provider with admin option')
  const { encryptionKey, postgresPassword } = JSON.parse(readFileSync(path.join(lab.at('home'), 'secrets.json'), 'utf8'))
  mkdirSync(lab.at('state'))
  // As the embedded database's two logins have theirs (platform/installation.ts).
  const password = (role: string) => hmacSha256(postgresPassword, `atende/database/${role}`).toString('hex')
  const at = (login: string) => `postgres://${login}@127.0.0.1:${proxy.port}/atende`
  env = {
    DATA_DIR: lab.at('state'),
    ENCRYPTION_KEY: encryptionKey,
    DATABASE_URL: at(`atende_app:${password('app')}`),
    DATABASE_OWNER_URL: at(`atende_owner:${password('owner')}`),
    BACKUP_DATABASE_URL: at('dumper:dump-login-of-the-test'),
    PATH: `${bin}:${process.env.PATH}`,
  }
})
afterAll(async () => {
  for (const p of proxies) await p.close()
  await lab.close()
})

test('a dump is taken and restored by a login that is no superuser; who was erased since stays erased', async () => {
  const add = (name: string, phone: string) => lab.call<{ id: string }>(lab.server.url, 'POST', '/api/contacts', lab.token, { name, phone })
  await add('Ana Fica', '5511987653001')
  const gone = await add('Beto Apagado', '5511987653002')
  const taken = await lab.atende(['backup', '--json'], env)
  expect([taken.code, taken.stderr]).toEqual([0, ''])
  await lab.call(lab.server.url, 'DELETE', `/api/contacts/${gone.id}`, lab.token)
  expect((await lab.atende(['backup', 'ship'], env)).code).toBe(0)

  // Its password stands in no argument.
  const provider = `postgres://provider@127.0.0.1:${proxies[0]?.port}/restored`
  await sqlAs(superuser('postgres'), 'create database restored owner provider template template0')
  const restored = await lab.atende(['restore', '--identity', lab.at('identity'), '--yes', '--json', '--database', provider], {
    ...env,
    PGPASSWORD: 'provider-of-the-test',
  })
  expect([restored.code, restored.stderr]).toEqual([0, ''])
  expect(last(restored.stdout)).toMatchObject({ faults: [], checked: { erased: expect.any(Number), chains: 2 } })
  const at = superuser('restored')
  expect(await sqlAs(at, 'select id from contacts where id = $1', [gone.id])).toEqual([])
  expect(await sqlAs(at, "select outcome from server_runs where kind = 'restore'")).toEqual([{ outcome: 'ok' }])
  expect(readFileSync(path.join(lab.at('state'), 'restored-settings.env'), 'utf8')).toContain('BACKUP_')
  const count = (url: string, table: string) => sqlAs(url, `select count(*)::int n from ${table}`)
  for (const table of ['contacts', 'users', 'tenants']) expect(await count(at, table)).toEqual(await count(superuser('atende'), table))
  const state = `select c.relname, c.relkind, c.relrowsecurity, c.relforcerowsecurity, pg_get_userbyid(c.relowner) as owner, c.relacl::text,
    (select count(*)::int from pg_policy p where p.polrelid = c.oid) policies from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('public', 'pgboss') and c.relkind in ('r', 'p', 'v') order by n.nspname, c.relname`
  expect(await sqlAs(at, state)).toEqual(await sqlAs(superuser('atende'), state))
})

test('the weekly test loads it into a PostgreSQL of its own, and is content', async () => {
  const tested = await lab.atende(['backup', 'test', '--json'], env)
  expect([tested.code, tested.stderr]).toEqual([0, ''])
  expect(JSON.parse(tested.stdout)).toMatchObject({ faults: [], chains: 2, segments: 0, counts: { tenants: 1, users: 1 } })
  const [run] = await lab.sql(lab.at('home'), "select outcome from server_runs where kind = 'restore-test'")
  expect(run).toEqual({ outcome: 'ok' })
})
