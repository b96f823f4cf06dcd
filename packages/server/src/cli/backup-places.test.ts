import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
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
