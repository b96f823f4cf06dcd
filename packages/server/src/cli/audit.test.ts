import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { copyCheckpoints, makeCheckpoints } from '../features/audit/checkpoints.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 120_000 })

const CLI = path.resolve(import.meta.dirname, '../cli.ts')
const folder = mkdtempSync(path.join(tmpdir(), 'atende-audit-cli-'))
const file = (name: string) => path.join(folder, name)
let server: TestServer
let tenantId: string
let slug: string
beforeAll(async () => {
  server = await startTestServer({ AUDIT_COPY_DIR: folder })
  const owner = await server.register('Pousada Recanto')
  tenantId = owner.tenantId
  for (let n = 0; n < 9; n++) await server.call('POST', '/api/tags', { token: owner.token, body: { name: `T${n}`, color: 'teal' } })
  slug = (await server.sql<{ slug: string }>('select slug from tenants where id = $1', [tenantId]))[0]?.slug ?? ''
  await makeCheckpoints(server.ctx)
  await copyCheckpoints(server.ctx)
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true, force: true })
})

/** Beside the running server, on its database. */
async function atende(...args: string[]) {
  const { appUrl, ownerUrl } = server.database
  const env = { ...process.env, DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl, ENCRYPTION_KEY: '11'.repeat(32), DATA_DIR: server.home }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], { env, stdio: 'pipe' })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (d) => (stdout += d))
  child.stderr.on('data', (d) => (stderr += d))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, stdout, stderr }
}

test('a whole chain: exit code 0, also checked against what was kept elsewhere', async () => {
  const keys = await atende('audit', 'public-key')
  writeFileSync(file('key.pem'), keys.stdout)
  const listed = await atende('audit', 'checkpoints')
  expect(listed.stdout).toContain(readFileSync(file('checkpoints.jsonl'), 'utf8').trim().split('\n')[0])
  const all = await atende('audit', 'verify', '--public-key', file('key.pem'), '--checkpoints', file('checkpoints.jsonl'), '--json')
  expect(all.code).toBe(0)
  expect(JSON.parse(all.stdout)).toMatchObject({
    ok: true,
    chains: [
      { chain: 'server', ok: true },
      { chain: slug, ok: true, lines: 10, checkpoints: 2 },
    ],
  })
  const told = await atende('audit', 'verify', '--tenant', slug)
  expect(told.stdout).toMatch(/^ok {6}pousada-recanto\S*: 10 lines, 1 checkpoints, hash [0-9a-f]{64}$/m)
})

test('used wrongly: exit code 2', async () => {
  writeFileSync(file('nothing.txt'), 'nothing')
  for (const [args, said] of [
    [['--public-key', file('nothing.txt')], 'no public key'],
    [['--checkpoints', file('nothing.txt')], 'no checkpoint'],
    [['--checkpoints', file('absent')], 'cannot read'],
  ] as const) {
    const answer = await atende('audit', 'verify', ...args)
    expect([answer.code, answer.stderr]).toEqual([2, expect.stringContaining(said)])
  }
  expect((await atende('access-records', 'export', '--from', 'x', '--to', 'y', '--reason', 'z')).code).toBe(2)
})

test('access records of a company and of the server, with the reason in the diary', async () => {
  const period = ['--from', new Date(Date.now() - 3600_000).toISOString(), '--to', new Date(Date.now() + 3600_000).toISOString()]
  const reason = ['--reason', 'Ofício 12/2026 da 1ª Vara Cível']
  const csv = await atende('access-records', 'export', '--tenant', slug, ...period, ...reason)
  expect(csv.code).toBe(0)
  expect(csv.stdout.split('\r\n')[1]).toMatch(/^20\d\d-.+Z,[0-9a-f-]{36},127\.0\.0\.1,\d+,login,[0-9a-f-]{36}$/)
  const json = await atende('access-records', 'export', '--server', '--format', 'json', ...period, ...reason)
  expect(JSON.parse(json.stdout)).toEqual([])
  const lines = await server.diary("action = 'access_records.export'")
  expect(lines.map((l) => [l.tenant_id, l.details?.by, l.details?.reason])).toEqual([
    [tenantId, 'command line', reason[1]],
    [null, 'command line', reason[1]],
  ])
})

test('a chain cut off with all its traces is found by what was kept elsewhere, and ends with exit code 1', async () => {
  await makeCheckpoints(server.ctx)
  await copyCheckpoints(server.ctx)
  await server.sql(`do $$ begin set local session_replication_role = replica;
    delete from audit_logs where tenant_id = '${tenantId}' and seq > 5;
    delete from audit_checkpoints where tenant_id = '${tenantId}';
    update audit_heads set (seq, hash, checkpoint_seq) = (select seq, hash, 0 from audit_logs where tenant_id = '${tenantId}' and seq = 5) where tenant_id = '${tenantId}'; end $$`)
  expect((await atende('audit', 'verify', '--tenant', slug)).code).toBe(0)
  const found = await atende('audit', 'verify', '--checkpoints', file('checkpoints.jsonl'), '--json')
  expect(found.code).toBe(1)
  expect(JSON.parse(found.stdout)).toMatchObject({
    ok: false,
    chains: [
      { chain: 'server', ok: true },
      { chain: slug, break: { kind: 'rolled_back', seq: 6 } },
    ],
  })
  expect(JSON.parse(found.stderr)).toMatchObject({ error: { code: 'audit_broken' } })
})

test('what another key signed counts for nothing', async () => {
  const { generateKeyPairSync } = await import('node:crypto')
  writeFileSync(file('other.pem'), generateKeyPairSync('ed25519').publicKey.export({ type: 'spki', format: 'pem' }))
  const { code, stdout } = await atende('audit', 'verify', '--server', '--public-key', file('other.pem'))
  expect([code, stdout]).toEqual([1, expect.stringContaining('forged_checkpoint')])
})
