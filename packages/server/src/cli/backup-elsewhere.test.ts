import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { backupState } from '../operations/backup/backup-state.ts'
import { loadConfig } from '../platform/config.ts'
import { openDatabase } from '../platform/database.ts'
import { type BackupLab, startBackupLab } from '../testing/backup-lab.ts'
import { sqlAs } from '../testing/test-database.ts'
import { eventually } from '../testing/test-server.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** As the container stack has it: another process holds the database, a backup process sees its files and the folder of its archive. */
let lab: BackupLab
let other: Record<string, string>
const archive = () => lab.at('archive')
const pgdata = () => path.join(lab.at('home'), 'postgres/data')
const portOf = (data: string) => readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[3] ?? ''
/** The logins of the settings, as setup.sh makes them. */
const loginsAt = (port: string, password = ''): Record<string, string> => {
  const url = (user: string, name: string) => `postgres://${user}:${password}${name}-login-of-the-test@127.0.0.1:${port}/atende`
  return { DATABASE_URL: url('app_login', 'app'), DATABASE_OWNER_URL: url('atende_owner', 'owner'), BACKUP_DATABASE_URL: url('atende_backup', 'backup') }
}
const failure = (r: { code: number | null; stderr: string }) => [r.code, /^error \((\w+)\)/m.exec(r.stderr)?.[1]]

beforeAll(async () => {
  lab = await startBackupLab()
  const { postgresPassword, encryptionKey } = JSON.parse(readFileSync(path.join(lab.at('home'), 'secrets.json'), 'utf8'))
  const port = portOf(pgdata())
  await lab.sql(lab.at('home'), "create role app_login login password 'app-login-of-the-test'; grant atende_app to app_login")
  await lab.sql(
    lab.at('home'),
    `create role atende_backup login replication bypassrls password 'backup-login-of-the-test';
     grant pg_read_all_data, pg_checkpoint to atende_backup;
     grant execute on function pg_backup_start(text, boolean), pg_backup_stop(boolean), pg_switch_wal() to atende_backup`,
  )
  mkdirSync(lab.at('state'))
  mkdirSync(archive())
  chmodSync(lab.at('state'), 0o755)
  other = {
    DATA_DIR: lab.at('state'),
    ENCRYPTION_KEY: encryptionKey,
    ...loginsAt(port),
    DATABASE_OWNER_URL: `postgres://postgres:${postgresPassword}@127.0.0.1:${port}/atende`,
    BACKUP_PGDATA: pgdata(),
    BACKUP_WAL_DIR: archive(),
    BACKUP_DIR: lab.at('stack'),
  }
})
afterAll(() => lab.close())

/** What archive_command does: each segment that is complete, once. */
async function archiveSegments(): Promise<void> {
  const [row] = await lab.sql<{ name: string }>(lab.at('home'), 'select pg_walfile_name(pg_switch_wal()) as name')
  for (const name of readdirSync(path.join(pgdata(), 'pg_wal'))) {
    if (/^[0-9A-F]{24}$/.test(name) && name <= (row?.name ?? '')) copyFileSync(path.join(pgdata(), 'pg_wal', name), path.join(archive(), name))
  }
}

test('a backup with a login of its own, and the archive from its folder', async () => {
  const taken = await lab.atende(['backup'], other)
  expect([taken.code, taken.stderr]).toEqual([0, ''])
  await lab.call(lab.server.url, 'POST', '/api/contacts', lab.token, { name: 'Ana Depois', phone: '5511987651001' })
  await archiveSegments()
  expect((await lab.atende(['backup', 'ship'], other)).code).toBe(0)
  // What is at the target is gone from the folder.
  expect(readdirSync(archive())).toEqual([])
  expect((await lab.atende(['backup', 'test'], other)).code).toBe(0)
})

test('put into the data folder of a PostgreSQL that reads the archive itself, and finished when it is up', async () => {
  const gone = await lab.call<{ id: string }>(lab.server.url, 'POST', '/api/contacts', lab.token, { name: 'Beto Apagado', phone: '5511987651002' })
  await archiveSegments()
  await lab.atende(['backup', 'ship'], other)
  const back = new Date().toISOString()
  await eventually(() => Date.now() > Date.parse(back) + 50)
  await lab.call(lab.server.url, 'DELETE', `/api/contacts/${gone.id}`, lab.token)
  await archiveSegments()
  await lab.atende(['backup', 'ship'], other)

  const home = lab.freshHome('stack-home')
  const folder = path.join(home, 'postgres/data')
  // PostgreSQL wants its folder to be its own, as a container's volume is.
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, gid } = statSync(pgdata())
  for (const f of [path.dirname(folder), folder]) chownSync(f, uid, gid)
  const later = ['--pgdata', folder, '--start-later', '--from', lab.at('stack'), '--to', back]
  expect((await lab.restore(home, ...later)).code).toBe(0)
  expect(existsSync(path.join(folder, 'recovery.signal'))).toBe(true)
  const server = await lab.start(home)
  expect(existsSync(path.join(folder, 'recovery.signal'))).toBe(false)
  const left = () => lab.sql(home, 'select from contacts where id = $1', [gone.id])
  expect(await left()).toHaveLength(1)
  // With the logins that are documented: the one for backups may only read.
  await lab.sql(home, "alter role atende_owner password 'owner-login-of-the-test'")
  const finishing = { ...loginsAt(portOf(folder)), DATA_DIR: home, BACKUP_PGDATA: folder }
  expect(existsSync(path.join(folder, 'atende-archive'))).toBe(true)
  const finished = await lab.atende(['restore', 'finish', '--from', lab.at('stack'), '--json'], finishing)
  expect([finished.code, finished.stderr]).toEqual([0, ''])
  expect(JSON.parse(finished.stdout)).toMatchObject({ faults: [], erased: expect.any(Number), missing: 0 })
  expect(await left()).toEqual([])
  expect(existsSync(path.join(folder, 'atende-archive'))).toBe(false)
  await server.stop()
})

test('on a fresh machine with passwords of its own: into the folder of the settings, and its logins can enter', async () => {
  const home = lab.freshHome('fresh-stack')
  const folder = path.join(home, 'postgres/data')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { uid, gid } = statSync(pgdata())
  for (const f of [path.dirname(folder), folder]) chownSync(f, uid, gid)
  // Nobody listens there: the database stands still.
  const env = { ...other, ...loginsAt('1', 'new-'), DATA_DIR: home, BACKUP_PGDATA: folder }
  const restore = (more: Record<string, string>, ...args: string[]) =>
    lab.atende(['restore', '--identity', lab.at('identity'), '--yes', ...args], { ...env, ...more })
  const nowhere = await restore({ BACKUP_PGDATA: '' })
  expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining('--pgdata')])
  // What a PostgreSQL leaves that was killed.
  writeFileSync(path.join(folder, 'postmaster.pid'), '1\n/elsewhere\n')
  const killed = await restore({}, '--replace')
  expect(failure(killed)).toEqual([1, 'maybe_running'])
  expect(killed.stderr).toContain(path.join(folder, 'postmaster.pid'))
  expect(failure(await restore(loginsAt(portOf(pgdata())), '--replace', '--stopped'))).toEqual([1, 'installation_running'])
  const restored = await restore({}, '--replace', '--stopped')
  expect([restored.code, restored.stderr]).toEqual([0, expect.not.stringContaining('warning')])
  const server = await lab.start(home)
  const { DATABASE_URL, BACKUP_DATABASE_URL } = loginsAt(portOf(folder), 'new-')
  for (const url of [DATABASE_URL, BACKUP_DATABASE_URL]) expect(await sqlAs(url ?? '', 'select 1 one')).toEqual([{ one: 1 }])
  await server.stop()
})

test('a login without the rights, a folder of another database, files that are out of reach without pg_dump: each is named', async () => {
  await lab.sql(lab.at('home'), "create role poor login password 'poor-login-of-the-test'")
  const poor = other.BACKUP_DATABASE_URL?.replace('atende_backup:backup-login', 'poor:poor-login') ?? ''
  expect(failure(await lab.atende(['backup'], { ...other, BACKUP_DATABASE_URL: poor, BACKUP_WAL_DIR: '' }))).toEqual([1, 'rights_missing'])
  mkdirSync(path.join(lab.at('wrong'), 'global'), { recursive: true })
  writeFileSync(path.join(lab.at('wrong'), 'global/pg_control'), Buffer.alloc(8192))
  expect(failure(await lab.atende(['backup'], { ...other, BACKUP_PGDATA: lab.at('wrong') }))).toEqual([1, 'data_unreadable'])
  const noTools = await lab.atende(['backup'], { ...other, BACKUP_PGDATA: '', PATH: '/nowhere' })
  expect(failure(noTools)).toEqual([1, 'pg_dump_missing'])
  expect(noTools.stderr).toContain('pg_dump of version 18 or newer is needed; there is none on the PATH')
})

test('with pg_dump on the PATH a dump is taken; to test it pg_restore is wanted', async () => {
  const bin = lab.at('bin')
  mkdirSync(bin)
  writeFileSync(
    path.join(bin, 'pg_dump'),
    '#!/bin/sh\nif [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) 18.1"; exit; fi\necho "$@" | grep -q backup-login && exit 3\n[ -n "$PGPASSWORD" ] || exit 4\nprintf PGDMP; head -c 300000 /dev/urandom\n',
    { mode: 0o755 },
  )
  const dump = { ...other, BACKUP_PGDATA: '', BACKUP_WAL_DIR: '', BACKUP_DIR: lab.at('dumps'), PATH: `${bin}:${process.env.PATH}` }
  const taken = await lab.atende(['backup'], dump)
  expect([taken.code, taken.stderr]).toEqual([0, ''])
  expect(JSON.parse((await lab.atende(['backup', 'list', '--json'], dump)).stdout)).toMatchObject([{ kind: 'dump' }])
  expect((await lab.atende(['backup', 'verify', '--identity', lab.at('identity')], dump)).code).toBe(0)
  expect(failure(await lab.atende(['backup', 'test'], dump))).toEqual([1, 'pg_dump_missing'])
  const home = lab.freshHome('dump-home')
  expect((await lab.restore(home, '--from', lab.at('dumps'))).stderr).toContain('--database: this backup is a dump')
})

test('a worker does it all by itself when it is due, and the state is known', async () => {
  const env = { BACKUP_RUN: 'worker', BACKUP_DIR: lab.at('by-itself'), DATA_DIR: lab.at('home'), BACKUP_TEST_DAYS: '7' }
  await lab.sql(lab.at('home'), 'delete from server_runs')
  const loop = lab.begin(['backup', 'serve'], env)
  type Row = { kind: string; outcome: string }
  const runs = () => lab.sql<Row>(lab.at('home'), "select kind, outcome from server_runs where kind <> 'archive' order by started_at")
  await eventually(async () => (await runs()).some((r) => r.kind === 'restore-test' && r.outcome !== 'running'), 120_000)
  expect(await runs()).toEqual([
    { kind: 'backup', outcome: 'ok' },
    { kind: 'restore-test', outcome: 'ok' },
  ])
  process.kill(loop.pid, 'SIGTERM')
  expect((await loop.ended).code).toBe(0)

  const { db } = openDatabase(other.DATABASE_OWNER_URL ?? '', 1)
  const config = loadConfig({ BACKUP_RECIPIENT: lab.pair.recipient, BACKUP_DIR: lab.at('by-itself') })
  expect(await backupState(db, config)).toMatchObject({
    configured: true,
    ageHours: expect.any(Number),
    lastOk: { outcome: 'ok' },
    lastTest: { outcome: 'ok' },
    nextAt: expect.any(Date),
  })
  expect(await backupState(db, loadConfig({}))).toMatchObject({ configured: false, nextAt: null })
  await db.destroy()
  expect(await sqlAs(other.DATABASE_OWNER_URL ?? '', "select slot_name from pg_replication_slots where slot_name like 'atende%'")).toEqual([
    { slot_name: 'atende_archive' },
  ])
})

test('a test of a restore that is stopped takes its PostgreSQL with it; the copy goes when the timer begins', async () => {
  const env = { BACKUP_DIR: lab.at('by-itself'), BACKUP_TEST_DAYS: '0' }
  const scratch = path.join(lab.at('home'), 'backup-test')
  const lock = path.join(scratch, 'postgres/data/postmaster.pid')
  const testing = lab.begin(['backup', 'test'], env)
  await eventually(() => existsSync(lock), 60_000)
  process.kill(testing.pid, 'SIGTERM')
  expect((await testing.ended).code).not.toBe(0)
  await eventually(() => !existsSync(lock), 30_000)
  expect(existsSync(scratch)).toBe(true)
  const loop = lab.begin(['backup', 'serve'], env)
  await eventually(() => !existsSync(scratch), 30_000)
  process.kill(loop.pid, 'SIGTERM')
  expect((await loop.ended).code).toBe(0)
})

test('where backups are switched off the service stands by and keeps no WAL; nothing is sealed for nobody', async () => {
  const off = { BACKUP_RECIPIENT: '', BACKUP_LOOK_SECONDS: '1' }
  const slots = () => lab.sql(lab.at('home'), "select slot_name from pg_replication_slots where slot_name like 'atende%'")
  const tries = () => lab.sql(lab.at('home'), "select id from server_runs where kind = 'backup'")
  const before = await tries()
  const loop = lab.begin(['backup', 'serve'], off)
  await eventually(async () => (await slots()).length === 0, 60_000)
  expect(failure(await lab.atende(['backup', 'ship'], off))).toEqual([1, 'not_configured'])
  process.kill(loop.pid, 'SIGTERM')
  const { code, stdout } = await loop.ended
  expect([code, stdout.trim().split('\n').length, stdout]).toEqual([0, 1, expect.stringContaining('there are no backups')])
  expect(await tries()).toEqual(before)
})
