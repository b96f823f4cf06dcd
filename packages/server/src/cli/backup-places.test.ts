import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type BackupLab, startBackupLab } from '../testing/backup-lab.ts'
import { startS3StandIn } from '../testing/s3-stand-in.ts'
import { eventually } from '../testing/test-server.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** A folder and a bucket: each gets all of it, however long the other is away. */
let lab: BackupLab
let s3: Awaited<ReturnType<typeof startS3StandIn>>
let both: Record<string, string>
beforeAll(async () => {
  lab = await startBackupLab()
  s3 = await startS3StandIn()
  const { S3_ENDPOINT, S3_REGION, S3_BUCKET, S3_ACCESS_KEY_ID, S3_SECRET_ACCESS_KEY } = s3.env
  both = {
    BACKUP_S3_ENDPOINT: S3_ENDPOINT,
    BACKUP_S3_REGION: S3_REGION,
    BACKUP_S3_BUCKET: S3_BUCKET,
    BACKUP_S3_ACCESS_KEY_ID: S3_ACCESS_KEY_ID,
    BACKUP_S3_SECRET_ACCESS_KEY: S3_SECRET_ACCESS_KEY,
  }
})
afterAll(async () => {
  await lab.close()
  await s3.close()
})

const atende = (args: string[], more: Record<string, string> = {}) => lab.atende(args, { ...both, ...more })
const failure = (r: { code: number | null; stderr: string }) => [r.code, /^error \((\w+)\)/m.exec(r.stderr)?.[1]]
const addContact = (name: string, phone: string) => lab.call<{ id: string; name: string }>(lab.server.url, 'POST', '/api/contacts', lab.token, { name, phone })
/** What lies under a name, at each place. */
const inFolder = (under: string): string[] => {
  const root = lab.at('target')
  const found = existsSync(path.join(root, under)) ? readdirSync(path.join(root, under), { recursive: true, withFileTypes: true }) : []
  return found.flatMap((e) => (e.isFile() ? [path.relative(root, path.join(e.parentPath, e.name))] : [])).toSorted()
}
const inBucket = (under: string): string[] => [...s3.objects.keys()].filter((k) => k.startsWith(`${under}/`)).toSorted()
const segmentOf = (key: string) => path.basename(key).split('.')[0] ?? ''
const segments = (keys: string[]) => keys.map(segmentOf)
const waitingErasures = async () => (await lab.sql<{ n: number }>(lab.at('home'), 'select count(*)::int n from erasures where kept_at is null'))[0]?.n
/** For BACKUP_AT; the clocks of the tests' servers are of São Paulo by default. */
const hoursAgo = (hours: number) =>
  new Intl.DateTimeFormat('en-GB', { timeZone: 'America/Sao_Paulo', hour: '2-digit', minute: '2-digit' }).format(Date.now() - hours * 3_600_000)
const runs = (kind: string) =>
  lab.sql<{ outcome: string; details: Record<string, unknown> }>(
    lab.at('home'),
    'select outcome, details from server_runs where kind = $1 order by started_at desc',
    [kind],
  )

test('while the bucket is away the folder gets everything, once; the bucket gets what it missed when it is back', async () => {
  expect((await atende(['backup'])).code).toBe(0)
  const erased = await addContact('Bruno Apagado', '5511987653001')
  await addContact('Ana Fica', '5511987653002')
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  expect(segments(inBucket('wal'))).toEqual(segments(inFolder('wal')))

  s3.switchOff(true)
  await lab.call(lab.server.url, 'DELETE', `/api/contacts/${erased.id}`, lab.token)
  const before = inFolder('wal').length
  for (const [name, phone] of [
    ['Caio', '5511987653011'],
    ['Dora', '5511987653012'],
  ] as const) {
    await addContact(name, phone)
    expect(failure(await atende(['backup', 'ship']))).toEqual([1, 'target_unreachable'])
  }
  expect(inFolder('wal').length).toBeGreaterThanOrEqual(before + 2)
  expect(new Set(segments(inFolder('wal'))).size).toBe(inFolder('wal').length)
  const lists = inFolder('erasures')
  expect(lists).toHaveLength(1)
  // Who was erased is not forgotten as long as one place does not know.
  expect(await waitingErasures()).toBeGreaterThan(0)

  s3.switchOff(false)
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  expect(segments(inBucket('wal'))).toEqual(segments(inFolder('wal')))
  expect([inBucket('erasures'), await waitingErasures()]).toEqual([lists, 0])
})

test('a backup without the bucket: media is copied once all the same, and who was erased then does not come back from the bucket', async () => {
  const erased = await addContact('Fabio Apagado', '5511987653003')
  expect((await atende(['backup'])).code).toBe(0)
  await lab.call(lab.server.url, 'DELETE', `/api/contacts/${erased.id}`, lab.token)
  s3.switchOff(true)
  const form = new FormData()
  form.set('file', new File([Buffer.from('nome,quarto\n'.repeat(2000))], 'quartos.csv', { type: 'text/csv' }))
  form.set('kind', 'document')
  await lab.call(lab.server.url, 'POST', '/api/media', lab.token, form)
  expect(failure(await atende(['backup']))).toEqual([1, 'target_unreachable'])
  const packs = inFolder('media')
  expect(packs).toHaveLength(1)
  expect(failure(await atende(['backup']))).toEqual([1, 'target_unreachable'])
  expect(inFolder('media')).toEqual(packs)
  // The newest can be tried where it is whole.
  expect((await atende(['backup', 'test', '--from', 'dir'])).code).toBe(0)
  s3.switchOff(false)
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  rmSync(path.join(lab.at('target'), 'erasures'), { recursive: true })
  const home = lab.freshHome('from-bucket')
  const restored = await lab.atende(['restore', '--identity', lab.at('identity'), '--into', home, '--yes', '--from', 's3'], { ...both, DATA_DIR: home })
  expect(restored.code).toBe(0)
  const server = await lab.start(home)
  const names = (await lab.sql<{ id: string }>(home, 'select id from contacts')).map((c) => c.id)
  expect(names).not.toContain(erased.id)
  expect(names.length).toBeGreaterThan(1)

  // A rehearsal with the settings of the real one touches nothing of its backups.
  const rehearsal = { ...both, DATA_DIR: home }
  const manifests = () => inFolder('backups').filter((f) => f.endsWith('manifest.json'))
  const before = manifests()
  for (const command of [['backup'], ['backup', 'ship'], ['backup', 'prune']]) expect(failure(await lab.atende(command, rehearsal))).toEqual([1, 'place_taken'])
  expect(manifests()).toEqual(before)
  const adopted = await lab.atende(['backup', 'adopt', '--from', 's3'], rehearsal)
  expect([adopted.code, adopted.stdout]).toEqual([0, expect.stringContaining('s3://')])
  await server.stop()
  // The real one is told, and takes back what is its own; its folder was never touched.
  expect(failure(await atende(['backup', 'ship']))).toEqual([1, 'place_taken'])
  expect((await atende(['backup', 'adopt'])).code).toBe(0)

  // What the bucket missed comes from the folder; nothing is packed anew.
  expect(inBucket('media')).toEqual([])
  expect((await atende(['backup'])).code).toBe(0)
  expect([inFolder('media'), inBucket('media')]).toEqual([packs, packs])
  expect((await atende(['backup', 'verify', '--from', 's3', '--identity', lab.at('identity')])).code).toBe(0)
})

test('a restore goes to the place that goes furthest, and tells of the others', async () => {
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  // A folder that has been full since.
  const stale = lab.at('stale')
  cpSync(lab.at('target'), stale, { recursive: true, preserveTimestamps: true })
  const moment = new Date()
  await eventually(() => Date.now() > moment.getTime() + 50)
  await addContact('Gisa Depois', '5511987653004')
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  const home = lab.freshHome('furthest')
  const dry = async (dir: string, ...more: string[]) => {
    const args = ['restore', '--identity', lab.at('identity'), '--into', home, '--dry-run', '--json', ...more]
    const { code, stdout, stderr } = await atende(args, { DATA_DIR: home, BACKUP_DIR: dir })
    expect(code, stderr).toBe(0)
    return { from: JSON.parse(stdout).from, stderr }
  }
  // Where both have all of it, the first that is named serves.
  expect(await dry(lab.at('target'))).toEqual({ from: lab.at('target'), stderr: '' })
  const told = expect.stringContaining(`${stale} only goes until`)
  expect(await dry(stale)).toEqual({ from: expect.stringContaining('s3://'), stderr: told })
  expect(await dry(stale, '--to', moment.toISOString())).toEqual({ from: expect.stringContaining('s3://'), stderr: told })
  expect((await dry(stale, '--from', 'dir')).from).toBe(stale)
  s3.switchOff(true)
  expect(await dry(stale)).toEqual({ from: stale, stderr: expect.stringMatching(/s3:.* may go further/) })
  s3.switchOff(false)
})

test('a disk that is not mounted is away, and no new place; one that was emptied is adopted', async () => {
  const [folder, disk, home] = [lab.at('target'), lab.at('disk'), lab.at('home')]
  // As an update of an installation finds it that has no such notes.
  rmSync(path.join(home, 'backup/places'), { recursive: true, force: true })
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  renameSync(folder, disk)
  mkdirSync(folder)
  const before = inBucket('wal').length
  await addContact('Hilda Escrita', '5511987653007')
  for (const command of [['backup', 'ship'], ['backup', 'prune'], ['backup']]) {
    const r = await atende(command)
    expect([...failure(r), r.stderr]).toEqual([1, 'target_unreachable', expect.stringContaining('owner.json is gone')])
  }
  expect(readdirSync(folder)).toEqual([])
  expect(inBucket('wal').length).toBeGreaterThan(before)
  rmSync(folder, { recursive: true })
  renameSync(disk, folder)
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  expect(segments(inBucket('wal'))).toEqual(segments(inFolder('wal')))

  renameSync(folder, disk)
  mkdirSync(folder)
  expect((await atende(['backup', 'adopt', '--from', 'dir'])).code).toBe(0)
  const gaps = () => JSON.parse(readFileSync(path.join(home, 'backup/archive-gaps.json'), 'utf8'))
  expect(gaps()).toEqual({ [folder]: { at: expect.any(String), lost: true, segment: null } })
  expect((await atende(['backup'])).code).toBe(0)
  expect(gaps()).toEqual({})
  expect((await atende(['backup', 'verify', '--from', 'dir', '--identity', lab.at('identity')])).code).toBe(0)
})

test('an id of this installation that a power cut left empty is made anew', async () => {
  const file = path.join(lab.at('home'), 'backup/installation')
  writeFileSync(file, '')
  // By its database and history it is known all the same.
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  expect((await atende(['backup', 'adopt'])).code).toBe(0)
  expect(JSON.parse(readFileSync(path.join(lab.at('target'), 'owner.json'), 'utf8')).installation).toBe(readFileSync(file, 'utf8'))
  expect((await atende(['backup', 'ship'])).code).toBe(0)
})

test('two contents of one name are refused', async () => {
  expect((await atende(['backup', 'ship'])).code).toBe(0)
  const [row] = await lab.sql<{ name: string }>(lab.at('home'), 'select pg_walfile_name(pg_current_wal_insert_lsn()) as name')
  const [known = ''] = inFolder('wal')
  const other = path.join(lab.at('target'), path.dirname(known), `${row?.name}.${'0'.repeat(16)}-${'0'.repeat(16)}.zst.age`)
  writeFileSync(other, readFileSync(path.join(lab.at('target'), known)))
  await addContact('Gil Escrito', '5511987653005')
  expect(failure(await atende(['backup', 'ship']))).toEqual([1, 'archive_conflict'])
  rmSync(other)
  expect((await atende(['backup', 'ship'])).code).toBe(0)
})

test('a bucket that is only slower than the folder loses nothing', async () => {
  const loop = lab.begin(['backup', 'serve'], { ...both, BACKUP_WAL_KEEP_MB: '32', BACKUP_LOOK_SECONDS: '1', BACKUP_AT: hoursAgo(1), BACKUP_TEST_DAYS: '0' })
  const answered = async () => {
    const d = (await runs('archive'))[0]?.details
    return d?.dir_error === null && d?.s3_error === null && (await runs('archive'))[0]?.outcome === 'running'
  }
  await eventually(answered, 60_000)
  await eventually(async () => (await runs('backup'))[0]?.outcome === 'ok', 60_000)
  s3.hold('/wal/')
  const before = inFolder('wal').length
  for (let n = 0; n < 5; n++) {
    await addContact(`Ida ${n}`, `551198765320${n}`)
    await lab.sql(lab.at('home'), 'select pg_switch_wal()')
  }
  await eventually(() => inFolder('wal').length >= before + 5, 60_000)
  // A pass of the folder that has nothing to send any more.
  const seen = (await runs('archive'))[0]?.details.dir_seen
  await eventually(async () => (await runs('archive'))[0]?.details.dir_seen !== seen, 60_000)
  const gaps = path.join(lab.at('home'), 'backup/archive-gaps.json')
  expect(existsSync(gaps) ? JSON.parse(readFileSync(gaps, 'utf8')) : {}).toEqual({})
  s3.hold(undefined)
  s3.dropHeld()
  await eventually(() => segments(inFolder('wal')).every((n) => segments(inBucket('wal')).includes(n)), 90_000)
  process.kill(loop.pid, 'SIGTERM')
  expect((await loop.ended).code).toBe(0)
  expect((await atende(['backup', 'verify', '--from', 's3'])).code).toBe(0)
})

test('a server that starts while the bucket is away does not copy all once more', async () => {
  s3.switchOff(true)
  await lab.sql(lab.at('home'), "delete from server_runs where kind in ('backup', 'archive')")
  await lab.sql(
    lab.at('home'),
    `insert into server_runs (id, kind, host, started_at, ended_at, outcome, details) values
       (gen_random_uuid(), 'backup', 'here', now() - interval '2 hours', now() - interval '2 hours', 'failed', '{"error":"target_unreachable","missing":"s3","to":"dir"}')`,
  )
  const slow = { BACKUP_S3_PATIENCE_SECONDS: '2', BACKUP_LOOK_SECONDS: '1', BACKUP_AT: hoursAgo(4), BACKUP_TEST_DAYS: '0' }
  const loop = lab.begin(['backup', 'serve'], { ...both, ...slow })
  // Half a dozen rounds of the folder, and the bucket has been waited for in vain.
  await eventually(async () => typeof (await runs('archive'))[0]?.details.s3_error === 'string', 60_000)
  const seen = (await runs('archive'))[0]?.details.dir_seen
  await eventually(async () => (await runs('archive'))[0]?.details.dir_seen !== seen, 60_000)
  expect(await runs('backup')).toHaveLength(1)
  // It would wait for the bucket once more.
  loop.kill()
  await loop.ended
  s3.switchOff(false)
})

test('a place that is away for too long costs a gap there and nothing else; the timer tells it, ships beside a backup, and ends it', async () => {
  const small = { BACKUP_WAL_KEEP_MB: '32', BACKUP_LOOK_SECONDS: '1' }
  s3.switchOff(true)
  for (let n = 0; n < 5; n++) {
    await addContact(`Hugo ${n}`, `551198765310${n}`)
    await lab.sql(lab.at('home'), 'select pg_switch_wal()')
  }
  expect(failure(await atende(['backup', 'ship'], small))).toEqual([1, 'target_unreachable'])
  const [slot] = await lab.sql<{ kept: number }>(
    lab.at('home'),
    "select (pg_current_wal_lsn() - restart_lsn)::float8 kept from pg_replication_slots where slot_name = 'atende_archive'",
  )
  expect(slot?.kept).toBeLessThan(4 * 16 * 1024 * 1024)
  expect((await atende(['backup', 'verify', '--from', 'dir'])).code).toBe(0)

  // A backup that never ends: what is written goes to the folder meanwhile, and the gap is known.
  s3.switchOff(false)
  s3.hold('/backups/')
  const loop = lab.begin(['backup', 'serve'], { ...both, ...small })
  await eventually(async () => (await runs('backup'))[0]?.outcome === 'running', 60_000)
  await eventually(async () => (await runs('archive'))[0]?.details.s3_gap === true, 30_000)
  expect(failure(await atende(['backup', 'verify', '--from', 's3']))).toEqual([1, 'wal_missing'])
  const known = inFolder('wal').length
  await addContact('Iris Escrita', '5511987653006')
  await lab.sql(lab.at('home'), 'select pg_switch_wal()')
  await eventually(() => inFolder('wal').length > known, 30_000)
  expect((await runs('backup'))[0]?.outcome).toBe('running')
  process.kill(loop.pid, 'SIGTERM')
  expect((await loop.ended).code).toBe(0)

  // The gap is remembered, though that backup did not end.
  s3.hold(undefined)
  await lab.sql(lab.at('home'), "delete from server_runs where kind = 'backup' and outcome <> 'ok'")
  const again = lab.begin(['backup', 'serve'], { ...both, ...small })
  await eventually(async () => (await runs('backup'))[0]?.outcome === 'ok' && (await runs('archive'))[0]?.details.s3_gap === false, 60_000)
  expect((await runs('archive'))[0]?.details).toMatchObject({ dir_error: null, s3_error: null, s3_at: expect.any(String) })
  process.kill(again.pid, 'SIGTERM')
  expect((await again.ended).code).toBe(0)
  expect((await runs('archive'))[0]?.outcome).toBe('ok')
  expect((await atende(['backup', 'verify', '--from', 's3'])).code).toBe(0)
})
