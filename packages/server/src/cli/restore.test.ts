import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { dirTarget } from '../operations/backup/target.ts'
import { archiveKey, listArchive, openArchived, sealSegment } from '../operations/backup/wal-store.ts'
import { type BackupLab, startBackupLab } from '../testing/backup-lab.ts'
import { startS3StandIn } from '../testing/s3-stand-in.ts'
import { eventually } from '../testing/test-server.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

type Contact = { id: string; name: string }
let lab: BackupLab
let s3: Awaited<ReturnType<typeof startS3StandIn>>
const ids: string[] = []
const photos: string[] = []
let moment = ''

const failure = (r: { code: number | null; stderr: string }) => [r.code, /^error \((\w+)\)/m.exec(r.stderr)?.[1]]
const last = (stdout: string) => JSON.parse(stdout.trim().split('\n').at(-1) ?? '')
const addContact = (name: string, phone: string, url = lab.server.url, token = lab.token) =>
  lab.call<Contact>(url, 'POST', '/api/contacts', token, { name, phone })
const names = async (url: string, token: string) =>
  (await lab.call<{ items: Contact[] }>(url, 'GET', '/api/contacts?limit=100', token)).items.map((c) => c.name)
const logIn = async (url: string) => (await lab.call<{ accessToken: string }>(url, 'POST', '/api/auth/login', undefined, lab.login)).accessToken
const mediaFile = (home: string, id: string) => path.join(home, 'media', lab.tenantId, id)

async function upload(name: string): Promise<void> {
  const form = new FormData()
  form.set('file', new File([Buffer.from(`nome,quarto\n${name},7\n`.repeat(2000))], `${name}.csv`, { type: 'text/csv' }))
  form.set('kind', 'document')
  photos.push((await lab.call<{ id: string }>(lab.server.url, 'POST', '/api/media', lab.token, form)).id)
}

async function backup(env: Record<string, string> = {}): Promise<void> {
  const { code, stdout, stderr } = await lab.atende(['backup', '--json'], env)
  expect([code, stderr]).toEqual([0, ''])
  ids.push(last(stdout).id)
}

/** A copy of the target, to be changed. */
function copyOfTarget(name: string): string {
  cpSync(lab.at('target'), lab.at(name), { recursive: true, preserveTimestamps: true })
  return lab.at(name)
}

beforeAll(async () => {
  lab = await startBackupLab()
  s3 = await startS3StandIn()
  // What an editor leaves there is copied like everything else.
  for (const name of ['.postgresql.conf.swp', 'postgresql.conf~']) writeFileSync(path.join(lab.at('home'), 'postgres/data', name), 'left\n')
  await upload('Antes')
  const erased = await addContact('Bruno Apagado', '5511987652001')
  await backup()
  await upload('Entre')
  await addContact('Um', '5511987652002')
  await lab.call(lab.server.url, 'DELETE', `/api/contacts/${erased.id}`, lab.token)
  await backup()
  await upload('Depois')
  moment = new Date().toISOString()
  // The clock of the next change must be another.
  await eventually(() => Date.now() > Date.parse(moment) + 50)
  await addContact('Zé', '5511987652005')
  expect((await lab.atende(['backup', 'ship'])).code).toBe(0)
})
afterAll(async () => {
  await lab.close()
  await s3.close()
})

test('what the archive brings has its files: from later backups; what is nowhere is not said to be here', async () => {
  const home = lab.freshHome('media-home')
  // This place never learned who was erased; the one of the settings did.
  const target = copyOfTarget('without-erasures')
  rmSync(path.join(target, 'erasures'), { recursive: true })
  // Nor whose it is: whether this machine must take over is asked of the places of the settings.
  rmSync(path.join(target, 'owner.json'))
  const { code, stdout, stderr } = await lab.restore(home, '--from', target, '--backup', ids[0] ?? '', '--json')
  expect([code, stderr]).toEqual([0, ''])
  expect(last(stdout)).toMatchObject({ backup: ids[0], adopt: true, media: { files: 2, kept: 0, missing: 1, opened: 2 }, faults: [] })
  expect(readFileSync(path.join(home, 'postgres/data/postgresql.conf~'), 'utf8')).toBe('left\n')
  for (const id of photos.slice(0, 2)) expect(readFileSync(mediaFile(home, id)).equals(readFileSync(mediaFile(lab.at('home'), id)))).toBe(true)
  const server = await lab.start(home)
  const rows = await lab.sql(home, 'select status, storage_key is null as unnamed from media order by created_at')
  expect(rows).toEqual([
    { status: 'stored', unnamed: false },
    { status: 'stored', unnamed: false },
    { status: 'failed', unnamed: true },
  ])
  expect((await names(server.url, await logIn(server.url))).toSorted()).toEqual(['Um', 'Zé'])
  await server.stop()
})

test('on the same machine the files that are there already serve for what no backup has', async () => {
  const home = lab.freshHome('same-home')
  cpSync(path.join(lab.at('home'), 'media'), path.join(home, 'media'), { recursive: true })
  const { code, stdout } = await lab.restore(home, '--replace', '--json')
  expect(code).toBe(0)
  expect(last(stdout)).toMatchObject({ backup: ids[1], media: { files: 2, kept: 1, missing: 0, opened: 3 } })
  expect(readFileSync(mediaFile(home, photos[2] ?? '')).equals(readFileSync(mediaFile(lab.at('home'), photos[2] ?? '')))).toBe(true)
})

test('files go into the bucket when the server reads them there', async () => {
  const home = lab.freshHome('bucket-home')
  const env = { ...s3.env, DATA_DIR: home }
  const restored = await lab.atende(['restore', '--identity', lab.at('identity'), '--into', home, '--yes', '--json', '--to', 'backup'], env)
  expect([restored.code, restored.stderr]).toEqual([0, ''])
  expect(last(restored.stdout)).toMatchObject({ media: { files: 2, missing: 0 } })
  for (const id of photos.slice(0, 2)) {
    expect(s3.objects.get(`${lab.tenantId}/${id}`)?.equals(readFileSync(mediaFile(lab.at('home'), id)))).toBe(true)
  }
  expect(existsSync(path.join(home, 'media', lab.tenantId))).toBe(false)
})

test('two contents under one name: chance does not choose; what is older than the copy does not continue it', async () => {
  const folder = copyOfTarget('ambiguous')
  const target = dirTarget(folder)
  const { stopSegment, systemId } = JSON.parse(readFileSync(path.join(folder, 'backups', ids[1] ?? '', 'manifest.json'), 'utf8')).manifest.database
  const [segment] = (await listArchive(target, systemId)).filter((a) => a.segment > stopSegment)
  if (!segment) throw new Error('nothing follows the backup')
  const data = await openArchived(target, segment, [lab.pair.identity])
  const put = async (content: Buffer) => {
    const sealed = await sealSegment(content, [lab.pair.recipient])
    const key = archiveKey(systemId, segment.segment, sealed)
    await target.put(key, sealed)
    return path.join(folder, key)
  }
  // Sent twice it is the same: nothing is in doubt.
  await put(data)
  const other = await put(Buffer.from(data).fill(1, data.length - 1))
  const home = lab.freshHome('ambiguous-home')
  expect(failure(await lab.restore(home, '--from', folder))).toEqual([1, 'wal_ambiguous'])
  expect(existsSync(path.join(home, 'postgres/data'))).toBe(false)
  utimesSync(other, 0, 0)
  const { code, stdout } = await lab.restore(home, '--from', folder, '--json')
  expect([code, last(stdout)]).toMatchObject([0, { media: { missing: 1 } }])
})

test('after a restore its history is followed, not the one that it left', async () => {
  const home = lab.freshHome('second')
  // To the middle of a segment, whose rest is left.
  const restored = await lab.restore(home, '--to', moment)
  expect([restored.code, restored.stdout]).toEqual([0, expect.stringContaining('say once: atende backup adopt')])
  // The first goes on, and takes the newest backup of all, before anything is known of the second.
  await addContact('Da primeira', '5511987652004')
  await backup()
  const second = await lab.start(home)
  await addContact('Da segunda', '5511987652003', second.url, await logIn(second.url))
  expect((await lab.atende(['backup', 'adopt'], { DATA_DIR: home })).code).toBe(0)
  expect((await lab.atende(['backup', 'ship'], { DATA_DIR: home })).code).toBe(0)
  await second.stop()
  const third = lab.freshHome('third')
  const dry = async (...more: string[]) => JSON.parse((await lab.restore(third, '--dry-run', '--json', ...more)).stdout)
  expect(await dry()).toMatchObject({ backup: ids[1], wal: { timeline: 2, gap: null } })
  expect(await dry('--timeline', '1')).toMatchObject({ backup: ids[2], wal: { timeline: 1 } })
  expect(await dry('--to', new Date().toISOString())).toMatchObject({ backup: ids[2], wal: { timeline: 1 } })
  expect(failure(await lab.restore(third, '--backup', ids[2] ?? ''))).toEqual([1, 'wal_missing'])
  expect((await lab.restore(third)).code).toBe(0)
  const server = await lab.start(third)
  expect((await names(server.url, await logIn(server.url))).toSorted()).toEqual(['Da segunda', 'Um'])
  expect(await lab.sql(third, 'select timeline_id::int from pg_control_checkpoint()')).toEqual([{ timeline_id: 3 }])
  await server.stop()

  // Both go on: a rehearsal on another machine, say, that was not told to stop.
  expect((await lab.atende(['backup', 'adopt'])).code).toBe(0)
  await backup()
  expect(failure(await lab.restore(third, '--dry-run'))).toEqual([1, 'wal_ambiguous'])
  expect(await dry('--timeline', '2')).toMatchObject({ backup: ids[1], wal: { timeline: 2 } })
})

test('a history of which nothing was sent yet is followed to where it begins, and not beyond', async () => {
  const target = copyOfTarget('only-history')
  const archive = path.join(target, 'wal')
  const sent = readdirSync(archive, { recursive: true, encoding: 'utf8' }).filter((f) => /\/00000002[0-9A-F]{16}\./.test(f))
  expect(sent.length).toBeGreaterThan(0)
  for (const file of sent) rmSync(path.join(archive, file))
  const home = lab.freshHome('fourth')
  expect((await lab.restore(home, '--from', target, '--timeline', '2')).code).toBe(0)
  const server = await lab.start(home)
  expect(await names(server.url, await logIn(server.url))).toEqual(['Um'])
  await server.stop()
})

test('old parts of the archive go when no backup needs them, by the numbers of a restored database as well', async () => {
  const folder = copyOfTarget('pruned')
  const file = path.join(folder, 'backups', ids[2] ?? '', 'manifest.json')
  const text = readFileSync(file, 'utf8')
  const { systemId, startSegment } = JSON.parse(text).manifest.database
  const plant = (daysAgo: number, segment: string) => {
    const at = new Date(Date.now() - daysAgo * 86_400_000).toISOString()
    const id = `${at.replace(/[-:]|\.\d+/g, '')}-0000${String(daysAgo).padStart(2, '0')}`
    mkdirSync(path.join(folder, 'backups', id))
    const changed = text.replaceAll(ids[2] ?? '', id).replace(/"takenAt": ?"[^"]*"/, `"takenAt":"${at}"`)
    writeFileSync(path.join(folder, 'backups', id, 'manifest.json'), changed.replaceAll(startSegment, segment))
  }
  const segment = (name: string) => {
    const sealed = path.join(folder, 'wal', systemId, `${name}.0123456789abcdef.zst.age`)
    writeFileSync(sealed, 'x')
    return sealed
  }
  for (const id of ids) rmSync(path.join(folder, 'backups', id, 'manifest.json'))
  // A week ago the first history stood at 0700; a restore began the second at 0505.
  plant(9, '000000010000000000000700')
  plant(5, '000000020000000000000506')
  plant(1, '000000020000000000000600')
  const kept = [segment('000000020000000000000506'), segment('000000020000000000000601'), segment('000000010000000000000700')]
  const gone = [segment('000000010000000000000100')]
  // Of a database that is this one's no longer: an old archive goes, one that is still written stays.
  for (const [system, daysAgo] of [
    ['7000000000000000001', 8],
    ['7000000000000000002', 0],
  ] as const) {
    const sealed = path.join(folder, 'wal', system, '000000010000000000000009.0123456789abcdef.zst.age')
    mkdirSync(path.dirname(sealed))
    writeFileSync(sealed, 'x')
    const at = Date.now() / 1000 - daysAgo * 86_400
    utimesSync(sealed, at, at)
    ;(daysAgo > 0 ? gone : kept).push(sealed)
  }
  expect((await lab.atende(['backup', 'prune'], { BACKUP_DIR: folder })).code).toBe(0)
  expect(kept.map(existsSync)).toEqual([true, true, true, true])
  expect(gone.map(existsSync)).toEqual([false, false])
})

test('the identity by standard input, also through the command of the operator', async () => {
  const cli = path.resolve(import.meta.dirname, '../cli.ts')
  const home = lab.freshHome('stdin-home')
  const key = readFileSync(lab.at('identity'))
  const env = { PATH: process.env.PATH, ...lab.env, DATA_DIR: home }
  // The place holds two histories by now.
  for (const name of ['-', '/dev/stdin']) {
    const r = spawnSync(process.execPath, [cli, 'restore', '--identity', name, '--timeline', '2', '--dry-run', '--json'], { input: key, env, encoding: 'utf8' })
    expect([r.status, JSON.parse(r.stdout)]).toMatchObject([0, { dryRun: true }])
  }
  expect(failure(await lab.restore(home, '--identity', lab.at('nowhere')))).toEqual([1, 'identity_unreadable'])

  // Stands in for root, for runuser and for a folder that the user may not enter; says what would be run, and what comes by standard input.
  const bin = lab.at('bin')
  mkdirSync(bin)
  const stand = { id: 'echo 0', runuser: '[ "$4" = test ] && exit 1; shift 4; echo "$@"; pwd; cat' }
  for (const [name, body] of Object.entries(stand)) writeFileSync(path.join(bin, name), `#!/bin/sh\n${body}\n`, { mode: 0o755 })
  chmodSync(lab.at('identity'), 0o600)
  const operator = path.resolve(import.meta.dirname, '../../../../deploy/bin/atende-operator')
  const options = { cwd: path.dirname(lab.at('identity')), env: { PATH: `${bin}:${process.env.PATH}` }, encoding: 'utf8' as const }
  const said = (args: readonly string[], input = '') => spawnSync('/bin/sh', [operator, ...args], { ...options, input }).stdout
  expect(said(['restore', '--identity', './identity', '--to', 'a b'])).toBe(`restore --identity - --to a b\n/\n${key}`)
  expect(said(['restore', '--identity=identity', '--yes'])).toBe(`restore --identity=- --yes\n/\n${key}`)
  // A folder that is named from here is looked for here, wherever the command is run.
  mkdirSync(lab.at('copies'))
  expect(said(['restore', '--from', 'copies', '--yes'])).toBe(`restore --from ${lab.at('copies')} --yes\n/\n`)
  expect(said(['backup', 'list', '--from=./copies'])).toBe(`backup list --from=${lab.at('copies')}\n/\n`)
  expect(said(['backup', 'list', '--from', 's3'])).toBe('backup list --from s3\n/\n')
  expect(said(['backup', 'verify', '--identity', '-'], 'by hand')).toBe('backup verify --identity -\n/\nby hand')
})

test('tests of restores take turns between the places, one at a time', async () => {
  const bucket = {
    BACKUP_S3_ENDPOINT: s3.endpoint,
    BACKUP_S3_REGION: s3.env.S3_REGION,
    BACKUP_S3_BUCKET: s3.env.S3_BUCKET,
    BACKUP_S3_PREFIX: 'inn',
    BACKUP_S3_ACCESS_KEY_ID: s3.env.S3_ACCESS_KEY_ID,
    BACKUP_S3_SECRET_ACCESS_KEY: s3.env.S3_SECRET_ACCESS_KEY,
  }
  // The other history of the test above is not this server's.
  const env = { ...bucket, BACKUP_DIR: lab.at('turns') }
  await backup(env)
  await lab.sql(
    lab.at('home'),
    `insert into server_runs (id, kind, host, ended_at, outcome, details) values (gen_random_uuid(), 'restore-test', 'here', now(), 'ok', '{"from":"dir"}')`,
  )
  const tested = await lab.atende(['backup', 'test', '--json'], env)
  expect([tested.code, tested.stderr]).toEqual([0, ''])
  expect(JSON.parse(tested.stdout)).toMatchObject({ from: 's3', files: 3, faults: [] })

  const { postgresPassword } = JSON.parse(readFileSync(path.join(lab.at('home'), 'secrets.json'), 'utf8'))
  const port = readFileSync(path.join(lab.at('home'), 'postgres/data/postmaster.pid'), 'utf8').split('\n')[3]
  const client = new pg.Client({ connectionString: `postgres://postgres:${postgresPassword}@127.0.0.1:${port}/atende` })
  await client.connect()
  await client.query('select pg_advisory_lock(7204130)')
  expect(failure(await lab.atende(['backup', 'test'], env))).toEqual([1, 'test_running'])
  await client.end()
  expect(readdirSync(lab.at('home'))).not.toContain('backup-test')
})
