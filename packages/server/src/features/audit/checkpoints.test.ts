import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { AuditCheckpoint } from '@atende/contracts/audit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { isSigned } from './chain.ts'
import { copyCheckpoints, makeCheckpoints } from './checkpoints.ts'
import { readPublicKeys, signingKey } from './signing-keys.ts'

/** A stand-in for the place where checkpoints are kept. */
let keeper: Server
let answers = 200
const received: { checkpoints: unknown[]; publicKey: string }[] = []
const folder = mkdtempSync(path.join(tmpdir(), 'atende-checkpoints-'))
let server: TestServer
beforeAll(async () => {
  keeper = createServer((request, reply) => {
    const parts: Buffer[] = []
    request.on('data', (part: Buffer) => parts.push(part))
    request.on('end', () => {
      if (answers === 200) received.push(JSON.parse(Buffer.concat(parts).toString()))
      reply.writeHead(answers).end()
    })
  })
  await new Promise<void>((done) => keeper.listen(0, '127.0.0.1', done))
  const address = keeper.address()
  const port = typeof address === 'object' && address ? address.port : 0
  server = await startTestServer({ AUDIT_COPY_DIR: path.join(folder, 'copies'), AUDIT_COPY_URL: `http://127.0.0.1:${port}/keep` })
})
afterAll(async () => {
  await server.close()
  keeper.close()
  rmSync(folder, { recursive: true, force: true })
})

const inFile = () =>
  readFileSync(path.join(folder, 'copies', 'checkpoints.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => AuditCheckpoint.parse(JSON.parse(line)))

test('each chain that grew gets one, however many ask at once; what did not grow gets none', async () => {
  const people = await Promise.all([1, 2, 3].map(() => server.register()))
  await Promise.all(Array.from({ length: 4 }, () => makeCheckpoints(server.ctx)))
  const rows = await server.sql<{ tenant_id: string; n: number }>(
    'select tenant_id, count(*)::int n from audit_checkpoints where tenant_id is not null group by 1',
  )
  expect(rows.filter((r) => people.some((p) => p.tenantId === r.tenant_id))).toHaveLength(3)
  expect(rows.every((r) => r.n === 1)).toBe(true)
  expect(await makeCheckpoints(server.ctx)).toBe(0)
  expect(await server.sql('select 1 from audit_keys')).toHaveLength(1)
})

test('copies go to the folder and to the address, and can be checked with the public key alone', async () => {
  await copyCheckpoints(server.ctx)
  const kept = inFile()
  expect(kept.length).toBeGreaterThanOrEqual(3)
  const keys = readPublicKeys(received[0]?.publicKey ?? '')
  for (const checkpoint of kept) {
    const key = keys.get(checkpoint.keyId)
    expect(key && isSigned(checkpoint, key)).toBe(true)
    for (const lie of [{ seq: checkpoint.seq + 1 }, { hash: '00'.repeat(32) }, { tenantId: null }, { at: new Date(0).toISOString() }])
      expect(key && isSigned({ ...checkpoint, ...lie }, key), JSON.stringify(lie)).toBe(false)
  }
  expect(received.flatMap((r) => r.checkpoints)).toEqual(kept)
  expect(await copyCheckpoints(server.ctx)).toBe(0)
})

test('an address that does not answer: what was signed is copied later', async () => {
  await server.register()
  await makeCheckpoints(server.ctx)
  answers = 503
  await expect(copyCheckpoints(server.ctx)).rejects.toThrow('503')
  answers = 200
  const before = received.length
  expect(await copyCheckpoints(server.ctx)).toBe(1)
  expect(received.slice(before).flatMap((r) => r.checkpoints)).toEqual([inFile().at(-1)])
})

test('a key that cannot be opened any more is replaced, and one that was planted signs nothing', async () => {
  const own = await signingKey(server.ctx.db, server.ctx.keys)
  await server.sql("insert into audit_keys (id, public_key, private_sealed) values ('planted', '\\x00', '\\x00')")
  const next = await signingKey(server.ctx.db, server.ctx.keys)
  expect(next.id).not.toBe('planted')
  expect(next.id).not.toBe(own.id)
  expect((await signingKey(server.ctx.db, server.ctx.keys)).id).toBe(next.id)
})
