import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { type BackupLab, startBackupLab } from '../testing/backup-lab.ts'
import { startS3StandIn } from '../testing/s3-stand-in.ts'
import { eventually } from '../testing/test-server.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

let lab: BackupLab
beforeAll(async () => {
  lab = await startBackupLab()
})
afterAll(() => lab.close())

type Contact = { id: string; name: string }
const names = async (url: string, token: string) =>
  (await lab.call<{ items: Contact[] }>(url, 'GET', '/api/contacts?limit=100', token)).items.map((c) => c.name)
const addContact = (name: string, phone: string) => lab.call<Contact>(lab.server.url, 'POST', '/api/contacts', lab.token, { name, phone })
const files = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder, { recursive: true, withFileTypes: true }).flatMap((e) => (e.isFile() ? [path.join(e.parentPath, e.name)] : [])) : []
const ids = () => readdirSync(path.join(lab.at('target'), 'backups')).toSorted()
const failure = (r: { code: number | null; stderr: string }) => [r.code, /^error \((\w+)\)/m.exec(r.stderr)?.[1]]
const runs = (kind: string) =>
  lab.sql<{ outcome: string; details: Record<string, unknown> }>(
    lab.at('home'),
    'select outcome, details from server_runs where kind = $1 order by started_at desc',
    [kind],
  )

async function logIn(url: string): Promise<string> {
  return (await lab.call<{ accessToken: string }>(url, 'POST', '/api/auth/login', undefined, lab.login)).accessToken
}

/** A copy of the target, to be damaged. */
function damagedTarget(name: string): string {
  cpSync(lab.at('target'), lab.at(name), { recursive: true })
  return lab.at(name)
}

describe('a backup while people write', () => {
  let erased: Contact
  let before: Date
  let photo: Buffer

  test('is taken, listed and verified', async () => {
    await addContact('Ana Antiga', '5511987650001')
    erased = await addContact('Bruno Apagado', '5511987650002')
    const form = new FormData()
    form.set('file', new File([Buffer.from('nome,quarto\nAna,7\n'.repeat(5000))], 'quartos.csv', { type: 'text/csv' }))
    form.set('kind', 'document')
    const media = await lab.call<{ id: string }>(lab.server.url, 'POST', '/api/media', lab.token, form)
    photo = readFileSync(path.join(lab.at('home'), 'media', lab.tenantId, media.id))

    const taking = lab.begin(['backup', '--json'])
    let done = false
    void taking.ended.then(() => {
      done = true
    })
    let written = 0
    for (; !done; written++) await lab.call(lab.server.url, 'POST', '/api/tags', lab.token, { name: `Durante ${written}`, color: 'teal' })
    const { code, stdout } = await taking.ended
    expect(code).toBe(0)
    expect(written).toBeGreaterThan(3)
    const lines = stdout
      .trim()
      .split('\n')
      .map((l) => JSON.parse(l))
    expect(lines.at(-1)).toMatchObject({ done: true, to: 'dir', files: 1, bytes: expect.any(Number) })
    expect(lines.length).toBeGreaterThan(1)
    const [run] = await runs('backup')
    expect(run).toMatchObject({ outcome: 'ok', details: { to: 'dir', base: lines.at(-1).id, bytes: lines.at(-1).bytes } })

    const listed = JSON.parse((await lab.atende(['backup', 'list', '--json'])).stdout)
    expect(listed).toMatchObject([{ id: lines.at(-1).id, kind: 'physical', files: 1 }])
    const verified = await lab.atende(['backup', 'verify', '--identity', lab.at('identity')])
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('all opened')])
  })

  test('more is written, a person is erased, and the archive follows', async () => {
    await addContact('Carla Antes', '5511987650003')
    before = new Date()
    // The clock of the next change must be another.
    await eventually(() => Date.now() > before.getTime() + 50)
    await lab.call(lab.server.url, 'DELETE', `/api/contacts/${erased.id}`, lab.token)
    await addContact('Davi Depois', '5511987650004')
    expect((await lab.atende(['backup', 'ship'])).code).toBe(0)
    expect(await names(lab.server.url, lab.token)).toEqual(expect.arrayContaining(['Ana Antiga', 'Carla Antes', 'Davi Depois']))
  })

  test('a dry run tells what would happen and changes nothing', async () => {
    const home = lab.freshHome('dry')
    const { code, stdout } = await lab.restore(home, '--dry-run', '--json')
    expect(code).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({
      dryRun: true,
      authentic: 'ok',
      keys: { missing: [] },
      wal: { gap: null },
      existing: { data: false, media: false, running: false },
    })
    expect(readdirSync(home)).toEqual(['secrets.json'])
  })

  test('goes back to a moment on a fresh machine; who was erased since stays erased', async () => {
    const home = lab.freshHome('moment')
    const { code, stderr } = await lab.restore(home, '--to', before.toISOString())
    expect([code, stderr]).toEqual([0, expect.not.stringContaining('warning')])
    const server = await lab.start(home)
    const found = await names(server.url, await logIn(server.url))
    expect(found).toEqual(expect.arrayContaining(['Ana Antiga', 'Carla Antes']))
    expect(found).not.toContain('Davi Depois')
    expect(found).not.toContain('Bruno Apagado')
    expect(await lab.sql(home, 'select from data_keys where contact_id = $1', [erased.id])).toEqual([])
    const [file] = files(path.join(home, 'media')).filter((f) => f.includes(lab.tenantId))
    expect(readFileSync(file ?? '').equals(photo)).toBe(true)
    const [run] = await lab.sql(home, "select outcome, details from server_runs where kind = 'restore'")
    expect(run).toMatchObject({ outcome: 'ok', details: { erased: expect.any(Number), faults: 0 } })
    await server.stop()
  })

  test('goes to the latest that was sent, over what was there, which is kept aside', async () => {
    const home = lab.at('moment')
    expect(failure(await lab.restore(home))).toEqual([1, 'not_empty'])
    const { code, stdout } = await lab.restore(home, '--replace')
    expect(code).toBe(0)
    expect(stdout).toContain('data.before-')
    const server = await lab.start(home)
    expect(await names(server.url, await logIn(server.url))).toEqual(expect.arrayContaining(['Ana Antiga', 'Carla Antes', 'Davi Depois']))
    const tags = async (url: string, token: string) => (await lab.call<unknown[]>(url, 'GET', '/api/tags', token)).length
    expect(await tags(server.url, await logIn(server.url))).toBe(await tags(lab.server.url, lab.token))
    await server.stop()
  })

  test('its restore is tested by itself, with a key that the server forgets', async () => {
    const tested = await lab.atende(['backup', 'test', '--json'])
    expect([tested.code, tested.stderr]).toEqual([0, ''])
    expect(JSON.parse(tested.stdout)).toMatchObject({ faults: [], chains: 2, counts: { tenants: 1, users: 1 } })
    expect(JSON.parse(tested.stdout).opened).toBeGreaterThan(1)
    expect((await runs('restore-test'))[0]).toMatchObject({ outcome: 'ok' })
    expect(existsSync(path.join(lab.at('home'), 'backup-test'))).toBe(false)
  })
})

describe('what goes wrong is told, and leaves nothing half done', () => {
  const restoreFrom = async (folder: string, home: string, ...more: string[]) => {
    const r = await lab.restore(home, '--from', folder, ...more)
    expect(existsSync(path.join(home, 'postgres/data'))).toBe(false)
    expect(existsSync(path.join(home, 'postgres/data.restoring'))).toBe(false)
    return r
  }

  test('a damaged piece, also to who only verifies', async () => {
    const target = damagedTarget('damaged')
    const [piece = ''] = files(target).filter((f) => f.includes('base.tar.zst'))
    const data = readFileSync(piece)
    data[5000] = (data[5000] ?? 0) ^ 1
    writeFileSync(piece, data)
    expect(failure(await lab.atende(['backup', 'verify', '--from', target]))).toEqual([1, 'chunk_corrupt'])
    expect(failure(await restoreFrom(target, lab.freshHome('damaged-home')))).toEqual([1, 'chunk_corrupt'])
  })

  test('a gap in the archive; the copy itself can still be restored', async () => {
    await lab.atende(['backup', 'ship'])
    await addContact('Eva Mais', '5511987650005')
    await lab.atende(['backup', 'ship'])
    const target = damagedTarget('gap')
    const segments = files(path.join(target, 'wal')).toSorted()
    rmSync(segments.at(-2) ?? '')
    const home = lab.freshHome('gap-home')
    expect(failure(await restoreFrom(target, home))).toEqual([1, 'wal_missing'])
    const dry = await lab.restore(home, '--from', target, '--dry-run')
    expect(dry.stdout).toMatch(/GAP at [0-9A-F]{24}/)
    expect(failure(await restoreFrom(target, home, '--to', '2099-01-01T00:00:00Z'))).toEqual([1, 'wal_missing'])
    expect(await lab.restore(home, '--from', target, '--to', 'backup')).toMatchObject({ code: 0 })
  })

  test('a time that the archive does not reach', async () => {
    const home = lab.freshHome('future')
    expect(failure(await restoreFrom(lab.at('target'), home, '--to', '2099-01-01T00:00:00Z'))).toEqual([1, 'time_not_reached'])
    expect(failure(await restoreFrom(lab.at('target'), home, '--to', '2001-01-01T00:00:00Z'))).toEqual([1, 'no_backup'])
    expect((await restoreFrom(lab.at('target'), home, '--to', 'yesterday')).code).toBe(2)
  })

  test('another identity, no master key, a list of contents that somebody changed, a server that runs', async () => {
    const other = JSON.parse((await lab.atende(['backup', 'key', 'make', '--json'])).stdout)
    writeFileSync(lab.at('other'), other.identity)
    const home = lab.freshHome('refused')
    expect(failure(await restoreFrom(lab.at('target'), home, '--identity', lab.at('other')))).toEqual([1, 'wrong_identity'])
    expect(failure(await lab.restore(lab.at('home'), '--replace'))).toEqual([1, 'installation_running'])
    const target = damagedTarget('changed')
    const list = files(target).find((f) => f.endsWith('manifest.json')) ?? ''
    writeFileSync(list, readFileSync(list, 'utf8').replace(/"host": ?"[^"]*"/, '"host":"elsewhere"'))
    expect(failure(await restoreFrom(target, home))).toEqual([1, 'not_authentic'])
    rmSync(path.join(home, 'secrets.json'))
    expect(failure(await restoreFrom(lab.at('target'), home))).toEqual([1, 'master_key_missing'])
  })

  test('a full disk: no piece of it stays', async () => {
    const before = ids()
    const r = await lab.atende(['backup'], {}, 1000)
    expect(failure(r)).toEqual([1, 'disk_full'])
    expect(ids()).toEqual(before)
    expect((await runs('backup'))[0]).toMatchObject({ outcome: 'failed', details: { error: 'disk_full' } })
  })
})

describe('a bucket', () => {
  let s3: Awaited<ReturnType<typeof startS3StandIn>>
  let silent: typeof s3
  beforeAll(async () => {
    s3 = await startS3StandIn()
    silent = await startS3StandIn()
    silent.hold('/backups/')
  })
  afterAll(async () => {
    await s3.close()
    await silent.close()
  })
  const bucket = (endpoint = s3.endpoint) => ({
    BACKUP_S3_ENDPOINT: endpoint,
    BACKUP_S3_REGION: s3.env.S3_REGION,
    BACKUP_S3_BUCKET: s3.env.S3_BUCKET,
    BACKUP_S3_PREFIX: 'inn',
    BACKUP_S3_ACCESS_KEY_ID: s3.env.S3_ACCESS_KEY_ID,
    BACKUP_S3_SECRET_ACCESS_KEY: s3.env.S3_SECRET_ACCESS_KEY,
  })

  test('killed on its way it is no backup, and the next one removes what it left; two at once are refused, or wait', async () => {
    const before = ids()
    // The folder has its first piece while the bucket never answers.
    const hanging = lab.begin(['backup'], bucket(silent.endpoint))
    const left = await eventually(() => ids().find((id) => !before.includes(id) && readdirSync(path.join(lab.at('target'), 'backups', id)).length > 0), 60_000)
    expect(failure(await lab.atende(['backup']))).toEqual([1, 'backup_running'])
    expect((await lab.atende(['backup', '--wait', 'soon'])).code).toBe(2)
    const waiting = lab.atende(['backup', '--wait', '2'])
    await new Promise((r) => setTimeout(r, 4000))
    hanging.kill()
    await hanging.ended
    expect((await waiting).code).toBe(0)
    const listed = JSON.parse((await lab.atende(['backup', 'list', '--json'])).stdout)
    expect(listed.map((b: { id: string }) => b.id)).not.toContain(left)
    expect(files(path.join(lab.at('target'), 'backups', left))).toEqual([])
  })

  test('and a folder, both hold it; unchanged media costs nothing the next time', async () => {
    expect((await lab.atende(['backup'], bucket())).code).toBe(0)
    const packs = () => [...s3.objects.keys()].filter((k) => k.startsWith('inn/media/'))
    const first = packs()
    expect(first).toHaveLength(1)
    expect((await lab.atende(['backup'], bucket())).code).toBe(0)
    expect(packs()).toEqual(first)
    // What a power cut leaves of the notes about media costs a copy, and no backup.
    writeFileSync(path.join(lab.at('home'), 'backup/media-index.json'), '')
    expect((await lab.atende(['backup'], bucket())).code).toBe(0)
    expect(packs()).toHaveLength(2)
    const listed = JSON.parse((await lab.atende(['backup', 'list', '--from', 's3', '--json'], bucket())).stdout)
    expect(listed).toHaveLength(3)
    expect((await lab.atende(['backup', 'verify', '--all', '--from', 's3', '--identity', lab.at('identity')], bucket())).code).toBe(0)
  })

  test('that is away: the folder has a whole backup, the run says what is missing', async () => {
    const r = await lab.atende(['backup'], bucket('http://127.0.0.1:9'))
    expect(failure(r)).toEqual([1, 'target_unreachable'])
    expect((await runs('backup'))[0]).toMatchObject({ outcome: 'failed', details: { error: 'target_unreachable', missing: 's3', to: 'dir' } })
    expect((await lab.atende(['backup', 'verify', '--identity', lab.at('identity')])).code).toBe(0)
  })
})

test('a test of a restore finds a diary that was changed', async () => {
  await lab.sql(lab.at('home'), "set session_replication_role = replica; update audit_logs set action = 'forged' where seq = 1 and tenant_id is not null")
  expect((await lab.atende(['backup'])).code).toBe(0)
  const r = await lab.atende(['backup', 'test'])
  expect(failure(r)).toEqual([1, 'check_failed'])
  expect(r.stderr).toContain('audit_broken')
  expect((await runs('restore-test'))[0]).toMatchObject({ outcome: 'failed', details: { error: 'audit_broken' } })
})

test('old backups go as the settings say, and what they alone held', async () => {
  const folder = path.join(lab.at('target'), 'backups')
  const newest = ids().findLast((id) => existsSync(path.join(folder, id, 'manifest.json'))) ?? ''
  // Those of yesterday, when these tests run over midnight, count as a day of their own.
  for (const id of ids()) if (id !== newest) rmSync(path.join(folder, id), { recursive: true })
  const text = readFileSync(path.join(folder, newest, 'manifest.json'), 'utf8')
  const plant = (daysAgo: number) => {
    const at = new Date(Date.now() - daysAgo * 86_400_000)
    const id = `${at.toISOString().replace(/[-:]|\.\d+/g, '')}-0000${String(daysAgo).padStart(2, '0')}`
    cpSync(path.join(folder, newest), path.join(folder, id), { recursive: true })
    const changed = text.replaceAll(newest, id).replace(/"takenAt": ?"[^"]*"/, `"takenAt":"${at.toISOString()}"`)
    writeFileSync(path.join(folder, id, 'manifest.json'), changed)
    return id
  }
  const [week, old] = [plant(3), plant(40)]
  const settings = { BACKUP_KEEP_DAILY: '2', BACKUP_KEEP_WEEKLY: '0', BACKUP_KEEP_MONTHLY: '0' }
  const pruned = await lab.atende(['backup', 'prune', '--json'], settings)
  expect(pruned.code).toBe(0)
  expect(JSON.parse(pruned.stdout)).toMatchObject([{ backups: [old] }])
  expect(files(path.join(folder, old))).toEqual([])
  expect(existsSync(path.join(folder, week, 'manifest.json'))).toBe(true)
  expect((await lab.atende(['backup', 'verify', newest])).code).toBe(0)
})
