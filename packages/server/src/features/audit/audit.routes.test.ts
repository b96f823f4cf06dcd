import { globSync, readFileSync } from 'node:fs'
import path from 'node:path'
import type { AuditLine, AuditProgress, AuditStatus } from '@atende/contracts/audit'
import { AUDIT_ACTIONS } from '@atende/contracts/audit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { uuidv7 } from '../../platform/ids.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant } from '../access/test-people.ts'
import { isAdminAccess } from './admin-calls.ts'
import { makeCheckpoints } from './checkpoints.ts'

const ADMIN = { SUPER_ADMIN_EMAIL: 'raiz@servidor.example', SUPER_ADMIN_PASSWORD: 'uma senha de servidor' }
type Owner = Awaited<ReturnType<TestServer['register']>>
type Page = { items: AuditLine[]; nextCursor: string | null }
let server: TestServer
let owner: Owner
let operator: string
beforeAll(async () => {
  server = await startTestServer(ADMIN)
  owner = await server.register('Recanto')
  const login = { email: ADMIN.SUPER_ADMIN_EMAIL, password: ADMIN.SUPER_ADMIN_PASSWORD }
  operator = (await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: login })).body.accessToken
})
afterAll(() => server.close())

const list = async (query = '', token = owner.token, base = '/api/audit') => (await server.call<Page>('GET', `${base}?${query}`, { token })).body
const verifyBy = async (token: string, base = '/api/audit') => {
  const answer = await server.call<string>('POST', `${base}/verify`, { token })
  expect(answer.headers.get('content-type')).toContain('application/x-ndjson')
  return String(answer.body)
    .trim()
    .split('\n')
    .map((l) => JSON.parse(l) as AuditProgress)
}

describe('every call of an administration route leaves a line', () => {
  test('each route, whoever calls and however it ends', async () => {
    const routes = server.routes.filter((r) => isAdminAccess(r.access) && r.method !== 'OPTIONS')
    expect(routes.length).toBeGreaterThan(40)
    for (const { method, url, access } of routes) {
      const id = uuidv7()
      const token = access === 'server.manage' ? operator : owner.token
      const answer = await server.call(method, url.replace(':id', id), { token, ...(['GET', 'HEAD'].includes(method) ? {} : { body: {} }) })
      const lines = await server.diary('request_id = $1', [answer.headers.get('x-request-id')])
      expect([method, url, answer.status, lines.length > 0]).toEqual([method, url, answer.status, true])
      expect([url, lines[0]?.outcome]).toEqual([url, answer.status < 400 ? 'success' : 'failure'])
      expect([url, lines[0]?.ip]).toEqual([url, '127.0.0.1'])
      expect([url, lines[0]?.tenant_id]).toEqual([url, access === 'server.manage' ? null : owner.tenantId])
      if (lines[0]?.action === 'admin.call' && url.includes(':id')) expect(lines[0].object_id).toBe(id)
    }
  })

  test('also of somebody who may not, and not of somebody who is nobody', async () => {
    const attendant = await joinTenant(server, owner, 'ATTENDANT')
    const refused = await server.call('GET', '/api/webhook-events?secret=1', { token: attendant.token })
    const [line] = await server.diary('request_id = $1', [refused.headers.get('x-request-id')])
    expect(line).toMatchObject({
      action: 'admin.call',
      outcome: 'failure',
      actor_user_id: attendant.userId,
      details: { status: 403, route: '/api/webhook-events' },
    })
    expect(JSON.stringify(line)).not.toContain('secret')
    const nobody = await server.call('GET', '/api/webhook-events')
    expect(await server.diary('request_id = $1', [nobody.headers.get('x-request-id')])).toEqual([])
  })

  test('what wrote a line of its own is told once', async () => {
    const done = await server.call('PATCH', '/api/tenants/current', { token: owner.token, body: { name: 'Recanto do Mar' } })
    const lines = await server.diary('request_id = $1', [done.headers.get('x-request-id')])
    expect(lines.map((l) => l.action)).toEqual(['tenant.update'])
  })
})

test('what who runs the server does to a company stands in both diaries', async () => {
  const done = await server.call('PATCH', `/api/tenants/${owner.tenantId}`, { token: operator, body: { plan: 'PRO' } })
  expect(done.status).toBe(200)
  const lines = await server.diary('request_id = $1', [done.headers.get('x-request-id')])
  expect(lines.map((l) => [l.tenant_id, l.action, l.object_id])).toEqual([
    [owner.tenantId, 'tenant.admin_update', owner.tenantId],
    [null, 'admin.call', owner.tenantId],
  ])
})

describe('logins', () => {
  test('of an address that nobody has: in the diary of the server, without the address', async () => {
    const email = 'ninguem.aqui@example.com'
    for (const _ of [1, 2]) await server.call('POST', '/api/auth/login', { body: { email, password: 'errada de todo' } })
    const lines = await server.diary("tenant_id is null and action = 'session.login' and outcome = 'failure'")
    expect(lines).toMatchObject([{ details: { reason: 'unknown_account' } }, { details: { reason: 'unknown_account' } }])
    expect(lines[0]?.details?.account).toBe(lines[1]?.details?.account)
    expect(JSON.stringify(lines)).not.toContain('ninguem')
  })
  test('of who runs the server, both outcomes, and the logout', async () => {
    const body = { email: ADMIN.SUPER_ADMIN_EMAIL, password: ADMIN.SUPER_ADMIN_PASSWORD }
    await server.call('POST', '/api/auth/login', { body: { ...body, password: 'errada de todo' } })
    const login = await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body })
    await server.call('POST', '/api/auth/logout', { token: login.body.accessToken })
    const lines = await server.diary("tenant_id is null and object_type in ('user', 'session')")
    expect(lines.slice(-3).map((l) => [l.action, l.outcome])).toEqual([
      ['session.login', 'failure'],
      ['session.login', 'success'],
      ['session.logout', 'success'],
    ])
  })
})

test("a look into somebody else's conversation: once per person, conversation and hour, and not one's own", async () => {
  const me = await server.register('Com conversas')
  const [supervisor, attendant] = [await joinTenant(server, me, 'SUPERVISOR'), await joinTenant(server, me, 'ATTENDANT')]
  const { connectChannel } = await import('../../testing/test-channel.ts')
  const channel = await connectChannel(server, me)
  const contact = await server.call<{ id: string }>('POST', '/api/contacts', { token: me.token, body: { name: 'Maria', phone: '+55 11 98888-0000' } })
  const body = { contactId: contact.body.id, channelId: channel.id }
  const { id } = (await server.call<{ id: string }>('POST', '/api/conversations', { token: me.token, body })).body
  const look = async (token: string) => {
    await Promise.all([
      server.call('GET', `/api/conversations/${id}`, { token }),
      server.call('GET', `/api/conversations/${id}`, { token }),
      server.call('GET', `/api/messages?conversationId=${id}`, { token }),
    ])
    return (await server.diary("action = 'conversation.read' and object_id = $1", [id])).map((l) => l.actor_user_id)
  }
  expect(await look(supervisor.token)).toEqual([])
  await server.call('POST', `/api/conversations/${id}/assign`, { token: me.token, body: { userId: attendant.userId } })
  expect(await look(attendant.token)).toEqual([])
  expect(await look(supervisor.token)).toEqual([supervisor.userId])
  expect(await look(supervisor.token)).toEqual([supervisor.userId])
  await server.sql("update audit_views set hour = hour - interval '1 hour'")
  expect(await look(supervisor.token)).toEqual([supervisor.userId, supervisor.userId])
})

describe('the list', () => {
  test('newest first, in pages, filtered; and only the own', async () => {
    const other = await server.register('Outra')
    for (let n = 0; n < 7; n++) await server.call('POST', '/api/tags', { token: owner.token, body: { name: `Etiqueta ${n}`, color: 'teal' } })
    const first = await list('action=tag.create&limit=4')
    const second = await list(`action=tag.create&limit=4&cursor=${first.nextCursor}`)
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([4, 3, null])
    const places = [...first.items, ...second.items].map((l) => l.seq)
    expect(places).toEqual(places.toSorted((a, b) => b - a))
    expect(first.items[0]).toMatchObject({ actor: { id: owner.userId, name: 'Dona Teste' }, outcome: 'success', ip: '127.0.0.1', object: { type: 'tag' } })
    expect((await list(`actorId=${uuidv7()}`)).items).toEqual([])
    expect((await list('outcome=failure')).items.every((l) => l.outcome === 'failure')).toBe(true)
    expect((await list(`to=${first.items[0]?.at}&action=tag.create`)).items.length).toBeLessThan(7)
    expect((await list(`from=${new Date(Date.now() + 60_000).toISOString()}`)).items).toEqual([])
    const theirs = await list('', other.token)
    expect(JSON.stringify(theirs)).not.toContain(owner.tenantId)
    expect(theirs.items.map((l) => l.action)).toContain('tenant.register')
    expect((await server.call('GET', '/api/audit?cursor=WyJ4Il0', { token: owner.token })).body).toMatchObject({ code: 'cursor_invalid' })
  })

  test('whose key is gone stays as a line, and says nothing more', async () => {
    const other = await server.register('Chave perdida')
    const { Keys } = await import('../../platform/keys.ts')
    const { MasterKeys } = await import('../../platform/master-keys.ts')
    const { openDetails } = await import('./sealed-details.ts')
    const [row] = await server.sql('select * from audit_logs where tenant_id = $1', [other.tenantId])
    expect(openDetails(new Keys(new MasterKeys([]), Buffer.alloc(32, 0x22)), row as unknown as Parameters<typeof openDetails>[1])).toBeUndefined()
  })

  test('the server has its own, for who runs it', async () => {
    const mine = await list('', operator, '/api/server/audit')
    expect(mine.items.map((l) => l.action)).toContain('session.login')
    expect((await server.call('GET', '/api/server/audit', { token: owner.token })).status).toBe(403)
    expect((await server.call('GET', '/api/audit', { token: operator })).status).toBe(403)
    expect((await verifyBy(operator, '/api/server/audit')).at(-1)).toMatchObject({ type: 'done', verdict: { ok: true } })
  })
})

describe('export', () => {
  test('as CSV that no spreadsheet takes for formulas, as JSON, and itself recorded', async () => {
    const evil = await server.register('Planilhas')
    await server.sql('update users set name = $2 where id = $1', [evil.userId, '=HYPERLINK("http://x.example")'])
    for (let n = 0; n < 3; n++) await server.call('POST', '/api/tags', { token: evil.token, body: { name: `T${n}`, color: 'teal' } })
    const csv = await server.call<string>('POST', '/api/audit/export', { token: evil.token, body: { format: 'csv' } })
    expect(csv.headers.get('content-disposition')).toMatch(/^attachment; filename="auditoria-\d{4}-\d\d-\d\d\.csv"$/)
    const text = String(csv.body)
    expect(text).toContain('"\'=HYPERLINK(""http://x.example"")"')
    expect(text).not.toMatch(/(^|,)"?[=+@]/m)
    const json = await server.call<AuditLine[]>('POST', '/api/audit/export', { token: evil.token, body: { format: 'json', action: 'tag.create' } })
    expect(json.body.map((l) => l.action)).toEqual(['tag.create', 'tag.create', 'tag.create'])
    const lines = await server.diary("tenant_id = $1 and action = 'audit.export'", [evil.tenantId])
    expect(lines).toMatchObject([{ details: { format: 'csv' } }, { details: { format: 'json', action: 'tag.create' } }])
  })

  test('of more lines than a page of it', async () => {
    const many = await server.register('Muitas')
    await server.sql(
      `do $$ begin perform set_config('app.tenant_id', '${many.tenantId}', true);
        for i in 1..1234 loop perform audit_append(gen_random_uuid(), '${many.tenantId}', null, 'tag.create', null, null, 'success', null, '\\x00'); end loop; end $$`,
    )
    const json = await server.call<AuditLine[]>('POST', '/api/audit/export', { token: many.token, body: { format: 'json', action: 'tag.create' } })
    expect(json.body).toHaveLength(1234)
    expect(new Set(json.body.map((l) => l.seq)).size).toBe(1234)
    expect(json.body[0]?.details).toBeNull()
    const steps = await verifyBy(many.token)
    expect(steps[0]).toMatchObject({ type: 'progress', lines: 0 })
    expect(steps.at(-1)).toMatchObject({ type: 'done', verdict: { ok: true } })
  })
})

test('verification over HTTP: what is whole, what is not, who may, and one at a time', async () => {
  const me = await server.register('Conferida')
  const empty = await server.call<AuditStatus>('GET', '/api/audit/status', { token: me.token })
  expect(empty.body).toMatchObject({ lines: 1, lastCheckpoint: null, copied: false })
  await makeCheckpoints(server.ctx)
  const status = await server.call<AuditStatus>('GET', '/api/audit/status', { token: me.token })
  expect(status.body.lastCheckpoint?.seq).toBeGreaterThanOrEqual(2)
  expect(status.body.publicKeys[0]?.pem).toContain('BEGIN PUBLIC KEY')
  expect((await verifyBy(me.token)).at(-1)).toMatchObject({ type: 'done', verdict: { ok: true, break: null } })
  const attack = `begin; set local session_replication_role = replica; update audit_logs set action = 'x' where tenant_id = '${me.tenantId}' and seq = 2; commit`
  await server.sql(attack)
  expect((await verifyBy(me.token)).at(-1)).toMatchObject({ type: 'done', verdict: { ok: false, break: { kind: 'changed', seq: 2 } } })
  expect((await server.diary("tenant_id = $1 and action = 'audit.verify'", [me.tenantId])).map((l) => l.outcome)).toEqual(['success', 'failure'])
  const attendant = await joinTenant(server, me, 'ATTENDANT')
  expect((await server.call('POST', '/api/audit/verify', { token: attendant.token })).status).toBe(403)
  await eventually(async () => (await server.call('POST', '/api/audit/verify', { token: me.token })).status === 200)
})

test('every action that the program writes has its words', () => {
  const root = path.resolve(import.meta.dirname, '../..')
  const files = globSync('{features,cli}/**/*.ts', { cwd: root }).filter((f) => !f.endsWith('.test.ts'))
  const written = files.flatMap((f) =>
    [...readFileSync(path.join(root, f), 'utf8').matchAll(/(?:action: |audit\([^'\n]*|lineOf\([^'\n]*)'([a-z_]+\.[a-z_.]+)'/g)].map((m) => m[1] ?? ''),
  )
  expect(written.length).toBeGreaterThan(30)
  expect([...new Set(written)].filter((action) => !(action in AUDIT_ACTIONS))).toEqual([])
})
