import { afterAll, beforeAll, expect, test } from 'vitest'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant } from '../access/test-people.ts'
import type { AccessRecord } from './access-records.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const HOUR = 3600_000
const around = { from: new Date(Date.now() - HOUR).toISOString(), to: new Date(Date.now() + HOUR).toISOString() }
const reason = 'Ofício 12/2026 da 1ª Vara Cível'
const exported = (token: string, body: Record<string, unknown> = {}) =>
  server.call<AccessRecord[]>('POST', '/api/access-records/export', { token, body: { format: 'json', reason, ...around, ...body } })
const kept = async (sessionless: { tenantId: string }) =>
  (await server.sql<{ n: number }>('select count(*)::int n from access_records where tenant_id = $1', [sessionless.tenantId]))[0]?.n ?? 0

test('one for each login, refresh and socket; one in ten minutes for all the rest', async () => {
  const me = await server.register()
  expect(await kept(me)).toBe(1)
  for (let n = 0; n < 5; n++) await server.call('GET', '/api/tags', { token: me.token })
  expect(await kept(me)).toBe(1)
  const socket = await server.connect(me.token)
  expect(await kept(me)).toBe(2)
  socket.close()
  const refreshed = await server.call('POST', '/api/auth/refresh', { headers: { cookie: me.cookie } })
  expect(refreshed.status).toBe(200)
  expect(await kept(me)).toBe(3)
  const records = (await exported(me.token)).body
  expect(records.map((r) => r.kind)).toEqual(['login', 'socket', 'refresh'])
  for (const r of records) expect(r).toMatchObject({ userId: me.userId, ip: '127.0.0.1', port: expect.any(Number) })
})

test('use is told again after ten minutes, by whichever process sees it first', async () => {
  const me = await server.register()
  await server.sql("update access_records set at = at - interval '11 minutes' where tenant_id = $1", [me.tenantId])
  const { recordAccess } = await import('./access-records.ts')
  const [session] = await server.sql<{ id: string }>('select id from sessions where tenant_id = $1', [me.tenantId])
  // This process has just seen it; one that was started later has not, and asks the database.
  const fresh = { userId: me.userId, tenantId: me.tenantId, sessionId: session?.id ?? '' }
  const from = { ip: '10.1.2.3', port: 5000 }
  await recordAccess(server.ctx, fresh, from, 'use')
  expect(await kept(me)).toBe(1)
  const { append } = await import('./access-records.db.ts')
  const { inTenant } = await import('../../platform/database.ts')
  const elsewhere = () =>
    inTenant(server.ctx.db, me.tenantId, (tx) =>
      append(tx, { id: crypto.randomUUID(), tenantId: me.tenantId, sessionId: fresh.sessionId, sealed: Buffer.from('x'), gap: '10 minutes' }),
    )
  await elsewhere()
  await elsewhere()
  expect(await kept(me)).toBe(2)
})

test('nothing of it is readable in the database', async () => {
  const me = await server.register()
  const rows = await server.sql('select * from access_records where tenant_id = $1', [me.tenantId])
  expect(rows).toHaveLength(1)
  expect(JSON.stringify(rows)).not.toContain(me.userId)
  expect(Buffer.from((rows[0] as { sealed: Buffer }).sealed).toString('latin1')).not.toContain('127.0.0.1')
})

test('only owner and DPO export, with a reason, which is recorded; and only their own company', async () => {
  const [me, other] = [await server.register(), await server.register()]
  const dpo = await joinTenant(server, me, 'DPO')
  for (const role of ['ADMIN', 'SUPERVISOR', 'ATTENDANT'] as const) expect((await exported((await joinTenant(server, me, role)).token)).status).toBe(403)
  expect((await exported(me.token, { reason: 'curta' })).status).toBe(400)
  expect((await exported(dpo.token)).status).toBe(200)
  const csv = await server.call<string>('POST', '/api/access-records/export', { token: me.token, body: { format: 'csv', reason, ...around } })
  expect(String(csv.body).split('\r\n')[0]).toBe('at_utc,user_id,address,port,kind,session_id')
  expect(JSON.stringify((await exported(other.token)).body)).not.toContain(me.userId)
  const lines = await server.diary("tenant_id = $1 and action = 'access_records.export'", [me.tenantId])
  expect(lines.map((l) => [l.actor_user_id, l.details?.reason])).toEqual([
    [dpo.userId, reason],
    [me.userId, reason],
  ])
  expect((await exported(me.token, { from: around.to, to: new Date(Date.now() + 2 * HOUR).toISOString() })).body).toEqual([])
})

test('after six months they go, and not a day before', async () => {
  const me = await server.register()
  await joinTenant(server, me, 'ATTENDANT')
  const [first] = await server.sql<{ id: string }>('select id from access_records where tenant_id = $1 order by at', [me.tenantId])
  await server.sql("update access_records set at = now() - interval '6 months' - interval '1 minute' where id = $1", [first?.id])
  await server.sql("update access_records set at = now() - interval '6 months' + interval '1 day' where tenant_id = $1 and id <> $2", [me.tenantId, first?.id])
  const { startUpkeep } = await import('../../upkeep.ts')
  startUpkeep(server.ctx).stop()
  await eventually(async () => (await kept(me)) === 1)
  expect(await server.sql('select 1 from access_records where id = $1', [first?.id])).toEqual([])
})
