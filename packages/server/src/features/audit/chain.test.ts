import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { sqlAs } from '../../testing/test-database.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { writeAudit } from './audit.ts'
import { chainIn, checkpointsOf } from './chain.db.ts'
import type { Checkpoint } from './chain.ts'
import { makeCheckpoints } from './checkpoints.ts'
import { ownKeys } from './signing-keys.ts'
import { verifyChain } from './verify-chain.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

async function verify(tenantId: string | null, given: readonly Checkpoint[] = []) {
  const keys = new Map((await ownKeys(server.ctx.db, server.ctx.keys)).map((k) => [k.id, k.publicKey]))
  // As the owner of the tables, who sees every chain.
  const { openDatabase } = await import('../../platform/database.ts')
  const { db } = openDatabase(server.database.ownerUrl, 1)
  try {
    return await db.transaction().execute((tx) => verifyChain(chainIn(tx, tenantId), { keys, given }))
  } finally {
    await db.destroy()
  }
}

const write = (tenantId: string, n: number, actorId: string | null = null) =>
  inTenant(server.ctx.db, tenantId, (tx) => writeAudit(tx, { tenantId, actorId, action: 'tag.create', object: { type: 'tag', id: uuidv7() }, details: { n } }))

/** As who rules the database and switches the triggers off. */
async function attack(...statements: string[]): Promise<void> {
  const client = new pg.Client({ connectionString: server.database.superUrl })
  await client.connect()
  try {
    await client.query('begin; set local session_replication_role = replica')
    for (const statement of statements) await client.query(statement)
    await client.query('commit')
  } finally {
    await client.end()
  }
}

/** A chain of 20 lines, with a checkpoint at its end, copied elsewhere. */
async function victim() {
  const { tenantId } = await server.register()
  for (let n = 2; n <= 20; n++) await write(tenantId, n)
  await makeCheckpoints(server.ctx)
  const copy = await inTenant(server.ctx.db, tenantId, (tx) => checkpointsOf(tx, tenantId))
  expect(await verify(tenantId, copy)).toMatchObject({ ok: true, lines: 20, seq: 20, break: null })
  const at = (seq: number) => `tenant_id = '${tenantId}' and seq = ${seq}`
  const rehash = (seq: number) =>
    `update audit_logs set hash = audit_hash(version, prev_hash, seq, id, tenant_id, at, actor_user_id, action, object_type, object_id, outcome, request_id, sealed) where ${at(seq)}`
  return { tenantId, copy, at, rehash }
}
const broken = (kind: string, seq: number) => ({ ok: false, break: { kind, seq } })

/** Moves what stands from a place on up or down, as the unique index allows. */
const shift = (tenantId: string, from: number, by: number) => [
  `update audit_logs set seq = -seq where tenant_id = '${tenantId}' and seq >= ${from}`,
  `update audit_logs set seq = -seq + ${by} where tenant_id = '${tenantId}' and seq < 0`,
]
const endHere = (tenantId: string) =>
  `update audit_heads h set (seq, hash, checkpoint_seq) = (select l.seq, l.hash, least(h.checkpoint_seq, l.seq) from audit_logs l where l.tenant_id = h.tenant_id order by l.seq desc limit 1) where tenant_id = '${tenantId}'`
/** Every line hashed anew from a place on, each over the one before. */
const rehashAll = (tenantId: string) => `do $$ declare r record; p bytea := sha256('atende/audit'); begin
  for r in select * from audit_logs where tenant_id = '${tenantId}' order by seq loop
    p := audit_hash(r.version, p, r.seq, r.id, r.tenant_id, r.at, r.actor_user_id, r.action, r.object_type, r.object_id, r.outcome, r.request_id, r.sealed);
    update audit_logs set hash = p, prev_hash = coalesce((select hash from audit_logs b where b.tenant_id = r.tenant_id and b.seq = r.seq - 1), sha256('atende/audit')) where id = r.id;
  end loop; end $$`

describe('each attack of a superuser is found and named', () => {
  test('a changed line', async () => {
    const { tenantId, at } = await victim()
    await attack(`update audit_logs set outcome = 'failure' where ${at(7)}`)
    expect(await verify(tenantId)).toMatchObject(broken('changed', 7))
  })
  test.each([
    'id = gen_random_uuid()',
    "at = at - interval '1 microsecond'",
    'actor_user_id = gen_random_uuid()',
    "action = 'x'",
    "object_type = 'x'",
    'object_id = null',
    "request_id = 'x'",
    "sealed = sealed || '\\x00'",
    'version = 2',
  ])('a change of %s', async (change) => {
    const { tenantId, at } = await victim()
    await attack(`update audit_logs set ${change} where ${at(7)}`)
    expect(await verify(tenantId)).toMatchObject(broken('changed', 7))
  })
  test('a changed line with its own hash made anew', async () => {
    const { tenantId, at, rehash } = await victim()
    await attack(`update audit_logs set action = 'tag.delete' where ${at(7)}`, rehash(7))
    expect(await verify(tenantId)).toMatchObject(broken('changed', 7))
  })
  test('the last line changed with its hash', async () => {
    const { tenantId, at, rehash } = await victim()
    await attack(`update audit_logs set action = 'tag.delete' where ${at(20)}`, rehash(20))
    expect(await verify(tenantId)).toMatchObject({ ok: false, break: { seq: 20 } })
    await attack(endHere(tenantId))
    expect(await verify(tenantId)).toMatchObject(broken('rewritten', 20))
  })
  test('a line taken out of the middle, also with the gap closed', async () => {
    const { tenantId, at } = await victim()
    await attack(`delete from audit_logs where ${at(7)}`)
    expect(await verify(tenantId)).toMatchObject(broken('deleted', 7))
    await attack(...shift(tenantId, 8, -1))
    expect(await verify(tenantId)).toMatchObject(broken('deleted', 7))
  })
  test('the tail cut off, also with the head and the checkpoints', async () => {
    const { tenantId, copy } = await victim()
    await attack(`delete from audit_logs where tenant_id = '${tenantId}' and seq > 15`)
    expect(await verify(tenantId)).toMatchObject(broken('truncated', 16))
    await attack(endHere(tenantId))
    expect(await verify(tenantId)).toMatchObject(broken('truncated', 16))
    await attack(`delete from audit_checkpoints where tenant_id = '${tenantId}'`, `update audit_heads set checkpoint_seq = 0 where tenant_id = '${tenantId}'`)
    expect(await verify(tenantId)).toMatchObject({ ok: true })
    expect(await verify(tenantId, copy)).toMatchObject(broken('rolled_back', 16))
  })
  test('two lines that changed places, near and far', async () => {
    for (const [a, b] of [
      [7, 8],
      [7, 12],
    ]) {
      const { tenantId, at } = await victim()
      await attack(
        `update audit_logs set seq = -1 where ${at(a ?? 0)}`,
        `update audit_logs set seq = ${a} where ${at(b ?? 0)}`,
        `update audit_logs set seq = ${b} where ${at(-1)}`,
      )
      expect(await verify(tenantId)).toMatchObject(broken('reordered', 7))
    }
  })
  test('a line put in, plain, and with a hash that fits the one before', async () => {
    for (const fits of [false, true]) {
      const { tenantId, at, rehash } = await victim()
      await attack(
        ...shift(tenantId, 7, 1),
        `insert into audit_logs (id, tenant_id, action, outcome, sealed, seq, prev_hash, hash)
         select gen_random_uuid(), tenant_id, 'session.login', 'success', sealed, 7, hash, '\\x00' from audit_logs where ${at(6)}`,
        ...(fits ? [rehash(7)] : []),
      )
      expect(await verify(tenantId)).toMatchObject(broken('inserted', 7))
    }
  })
  test('a line put in at a place that is taken', async () => {
    const { tenantId, at } = await victim()
    await attack(
      'drop index audit_logs_chain',
      `insert into audit_logs (id, tenant_id, action, outcome, sealed, seq, prev_hash, hash)
       select gen_random_uuid(), tenant_id, 'session.login', 'success', sealed, 7, prev_hash, hash from audit_logs where ${at(7)}`,
    )
    expect(await verify(tenantId)).toMatchObject(broken('inserted', 7))
    await attack(
      `delete from audit_logs where ${at(7)}`,
      'create unique index audit_logs_chain on audit_logs (tenant_id, seq) nulls not distinct where seq is not null',
    )
  })
  test('a line put in without a place', async () => {
    const { tenantId, at } = await victim()
    await attack(
      `insert into audit_logs (id, tenant_id, action, outcome, sealed) select gen_random_uuid(), tenant_id, 'session.login', 'success', sealed from audit_logs where ${at(7)}`,
    )
    expect(await verify(tenantId)).toMatchObject(broken('inserted', 21))
  })
  test('a line put in behind the end', async () => {
    const { tenantId, at, rehash } = await victim()
    await attack(
      `insert into audit_logs (id, tenant_id, action, outcome, sealed, seq, prev_hash, hash)
       select gen_random_uuid(), tenant_id, 'session.login', 'success', sealed, 21, hash, '\\x00' from audit_logs where ${at(20)}`,
      rehash(21),
    )
    expect(await verify(tenantId)).toMatchObject(broken('inserted', 21))
  })
  test('the whole chain written anew, so that it fits itself', async () => {
    const { tenantId, copy, at } = await victim()
    await attack(`update audit_logs set action = 'tag.delete' where ${at(7)}`, rehashAll(tenantId), endHere(tenantId))
    expect(await verify(tenantId)).toMatchObject(broken('rewritten', 20))
    await attack(`delete from audit_checkpoints where tenant_id = '${tenantId}'`)
    expect(await verify(tenantId)).toMatchObject({ ok: false, break: { kind: 'missing_checkpoint' } })
    await attack(`update audit_heads set checkpoint_seq = 0 where tenant_id = '${tenantId}'`)
    expect(await verify(tenantId)).toMatchObject({ ok: true })
    expect(await verify(tenantId, copy)).toMatchObject(broken('rewritten', 20))
  })
  test('an older copy put back, and written on', async () => {
    const { tenantId } = await victim()
    const keep = ['audit_logs', 'audit_heads', 'audit_checkpoints']
    await attack(...keep.map((t) => `create table older_${t} as select * from ${t} where tenant_id = '${tenantId}'`))
    for (let n = 21; n <= 30; n++) await write(tenantId, n)
    await makeCheckpoints(server.ctx)
    const copy = await inTenant(server.ctx.db, tenantId, (tx) => checkpointsOf(tx, tenantId))
    await attack(
      ...keep.flatMap((t) => [`delete from ${t} where tenant_id = '${tenantId}'`, `insert into ${t} select * from older_${t}`, `drop table older_${t}`]),
    )
    expect(await verify(tenantId)).toMatchObject({ ok: true, lines: 20 })
    expect(await verify(tenantId, copy)).toMatchObject(broken('rolled_back', 21))
    for (let n = 21; n <= 30; n++) await write(tenantId, n + 100)
    expect(await verify(tenantId, copy)).toMatchObject(broken('rewritten', 30))
  })
  test('a forged checkpoint, and one signed with a planted key', async () => {
    const { tenantId, copy } = await victim()
    await attack(`update audit_checkpoints set signature = '\\x${'00'.repeat(64)}' where tenant_id = '${tenantId}'`)
    expect(await verify(tenantId)).toMatchObject(broken('forged_checkpoint', 20))
    const other = copy.map((c) => ({ ...c, keyId: '0123456789abcdef' }))
    expect(await verify(tenantId, other)).toMatchObject(broken('forged_checkpoint', 20))
  })
})

test('a destroyed key leaves the chain whole: the hash is over what was sealed', async () => {
  const { tenantId } = await victim()
  const lines = await server.sql<{ sealed: Buffer }>('select sealed from audit_logs where tenant_id = $1', [tenantId])
  for (const { sealed } of lines) expect(sealed.toString('latin1')).not.toContain('"n"')
  // Without any key of the lines: only what signs is needed, and that is public.
  expect(await verify(tenantId)).toMatchObject({ ok: true })
})

test('fifty at once, in one chain and in several: each is unbroken', async () => {
  const people = await Promise.all([1, 2, 3].map(() => server.register()))
  const [first] = people
  await Promise.all([
    ...Array.from({ length: 50 }, (_, n) => write(first?.tenantId ?? '', n)),
    ...people.flatMap((p) => Array.from({ length: 50 }, (_, n) => write(p.tenantId, n, p.userId))),
  ])
  expect(await Promise.all(people.map((p) => verify(p.tenantId)))).toMatchObject([
    { ok: true, lines: 101 },
    { ok: true, lines: 51 },
    { ok: true, lines: 51 },
  ])
})

test('lines of one transaction in two chains, in either order, never wait in a circle', async () => {
  const { tenantId } = await server.register()
  const both = (turned: boolean) =>
    inTenant(server.ctx.db, tenantId, async (tx) => {
      for (const where of turned ? [null, tenantId] : [tenantId, null]) await writeAudit(tx, { tenantId: where, actorId: null, action: 'tag.create' })
    })
  await Promise.all(Array.from({ length: 40 }, (_, n) => both(n % 2 === 0)))
  expect(await verify(tenantId)).toMatchObject({ ok: true, lines: 41 })
  expect(await verify(null)).toMatchObject({ ok: true })
})

test('who holds rows and then writes a line meets nobody who wrote a line and then wants the rows', async () => {
  const { tenantId, userId } = await server.register()
  const touch = `update tenants set updated_at = now() where id = '${tenantId}'`
  const { sql } = await import('kysely')
  const work = (first: boolean) =>
    inTenant(server.ctx.db, tenantId, async (tx) => {
      if (first) await sql.raw(touch).execute(tx)
      await writeAudit(tx, { tenantId, actorId: userId, action: 'tenant.update' })
      if (!first) await sql.raw(touch).execute(tx)
    })
  await Promise.all(Array.from({ length: 30 }, (_, n) => work(n % 2 === 0)))
  expect(await verify(tenantId)).toMatchObject({ ok: true })
})

test('the application can only append, through the one function, and only for its own tenant', async () => {
  const [a, b] = [await server.register(), await server.register()]
  const as = (statement: string) => sqlAs(server.database.appUrl, `select set_config('app.tenant_id', '${a.tenantId}', false); ${statement}`)
  for (const statement of [
    `insert into audit_logs (id, tenant_id, action, sealed) values (gen_random_uuid(), '${a.tenantId}', 'x', '')`,
    'update audit_logs set action = $$x$$',
    'delete from audit_logs',
    'truncate audit_logs',
    'update audit_heads set seq = 1',
    'insert into audit_checkpoints select * from audit_checkpoints',
    'delete from audit_checkpoints',
    'select * from audit_keys',
    'select * from access_records',
    'delete from access_records',
    `select audit_hash(1, '', 1, null, null, now(), null, '', '', null, '', '', '')`,
    `select audit_append(gen_random_uuid(), '${b.tenantId}', null, 'x', null, null, 'success', null, '')`,
    `select access_record_append(gen_random_uuid(), '${b.tenantId}', gen_random_uuid(), '', null)`,
  ]) {
    await expect(as(statement), statement).rejects.toThrow(/permission denied|another tenant/)
  }
  // Also the owner of the tables is stopped, unless he switches the triggers off.
  for (const statement of ["update audit_logs set action = 'x'", 'delete from audit_logs', 'truncate audit_logs']) {
    await expect(sqlAs(server.database.ownerUrl, statement), statement).rejects.toThrow('only be appended to')
  }
})
