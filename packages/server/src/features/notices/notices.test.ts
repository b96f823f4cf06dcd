import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { tenantTx } from '../../platform/context.ts'
import { connectChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { NOTICE_TEXTS, sayNotice } from './notice-texts.ts'
import { type NewNotice, raiseNotices, settleNotices } from './notices.ts'

type Notice = {
  id: string
  code: string
  severity: string
  title: string
  action: string
  link: string | null
  resolvedAt: string | null
  resolvedBy: string | null
}
type Page = { items: Notice[]; nextCursor: string | null }

describe('texts', () => {
  const full = {
    number: '+55 11 4002-2026',
    name: 'boas_vindas',
    reason: 'motivo',
    until: '01/02/2027',
    channelId: 'c',
    templateId: 't',
    title: 'Título.',
    action: 'Faça.',
  }
  test.each(Object.keys(NOTICE_TEXTS))('%s says what happened and what to do, with everything known and with nothing', (code) => {
    for (const details of [full, {}]) {
      const { title, action, link } = sayNotice(code, details)
      expect(title).toMatch(/^\S.{15,}/)
      expect(`${title} ${action}`).not.toMatch(/undefined|null|«»|\(\)| {2}/)
      expect(link).toMatch(/^\/configuracoes\//)
    }
    expect(sayNotice(code, full).action).not.toBe('')
  })

  test('a code of a later version still has a sentence', () => {
    expect(sayNotice('moon_fell', {})).toEqual({ title: 'Aviso do WhatsApp (moon_fell).', action: '', link: null })
    expect(sayNotice('constructor', {}).title).toContain('constructor')
  })
})

describe('notices', () => {
  let server: TestServer
  let owner: Awaited<ReturnType<TestServer['register']>>
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())
  beforeEach(async () => {
    owner = await server.register()
  })

  const notice = (key: string, more: Partial<NewNotice> = {}): NewNotice => ({
    code: 'token_invalid',
    severity: 'critical',
    channelId: null,
    key,
    details: { number: key },
    ...more,
  })
  const raise = (...list: NewNotice[]) => tenantTx(server.ctx, owner.tenantId, (tx) => raiseNotices(tx, owner.tenantId, list))
  const settle = (...keys: string[]) => tenantTx(server.ctx, owner.tenantId, (tx) => settleNotices(tx, owner.tenantId, keys))
  const list = async (query = '') => (await server.call<Page>('GET', `/api/notices${query}`, { token: owner.token })).body
  const count = async () => (await server.call('GET', '/api/notices/count', { token: owner.token })).body
  const told = async () => (await server.sql("select 1 from outgoing_events where tenant_id = $1 and payload->>'list' = 'notices'", [owner.tenantId])).length

  test('one open notice per cause; the newest words count; a repetition tells nobody', async () => {
    await raise(notice('a'), notice('b', { code: 'pin_changed', severity: 'warning' }), notice('a'))
    expect(await count()).toEqual({ open: 2, critical: 1 })
    const before = await told()
    await raise(notice('a'))
    expect(await told()).toBe(before)
    await raise(notice('a', { details: { number: 'novo' } }))
    expect(await told()).toBe(before + 1)
    expect((await list()).items.map((n) => n.title)).toEqual(expect.arrayContaining([expect.stringContaining('novo')]))
    expect((await list()).items).toHaveLength(2)
  })

  test('settled by itself, and raised anew when it happens again', async () => {
    await raise(notice('a'))
    await settle('a', 'never-there')
    expect(await list()).toMatchObject({ items: [] })
    expect((await list('?status=any')).items).toMatchObject([{ resolvedAt: expect.any(String), resolvedBy: null }])
    await raise(notice('a'))
    expect(await count()).toEqual({ open: 1, critical: 1 })
    expect((await list('?status=any')).items).toHaveLength(2)
  })

  test('a person deals with it, once', async () => {
    await raise(notice('a'))
    const id = (await list()).items[0]?.id
    const resolve = () => server.call<Notice>('POST', `/api/notices/${id}/resolve`, { token: owner.token })
    const done = await resolve()
    expect(done).toMatchObject({ status: 200, body: { resolvedBy: 'Dona Teste', resolvedAt: expect.any(String) } })
    expect((await resolve()).body.resolvedAt).toBe(done.body.resolvedAt)
    expect(await count()).toEqual({ open: 0, critical: 0 })
    expect((await server.sql("select 1 from audit_logs where tenant_id = $1 and action = 'notice.resolve'", [owner.tenantId])).length).toBeGreaterThan(0)
  })

  test('in pages, newest first; a broken cursor is refused', async () => {
    for (const key of ['a', 'b', 'c']) await raise(notice(key))
    const first = await list('?limit=2')
    expect(first.items.map((n) => n.title)).toEqual([expect.stringContaining('de c'), expect.stringContaining('de b')])
    const second = await list(`?limit=2&cursor=${first.nextCursor}`)
    expect(second).toMatchObject({ items: [{ title: expect.stringContaining('de a') }], nextCursor: null })
    expect((await server.call('GET', '/api/notices?cursor=x', { token: owner.token })).status).toBe(400)
  })

  test('another company sees none of it', async () => {
    await raise(notice('a'))
    const id = (await list()).items[0]?.id
    const stranger = await server.register()
    expect((await server.call<Page>('GET', '/api/notices?status=any', { token: stranger.token })).body.items).toEqual([])
    expect((await server.call('POST', `/api/notices/${id}/resolve`, { token: stranger.token })).status).toBe(404)
    expect(await count()).toEqual({ open: 1, critical: 1 })
  })

  test('the screens of the company hear of it', async () => {
    const socket = await server.connect(owner.token)
    const lists: string[] = []
    socket.on('list:changed', ({ list: name }) => lists.push(name))
    const { id } = await connectChannel(server, owner)
    await raise(notice('a', { channelId: id }))
    await eventually(() => lists.includes('notices'))
    expect((await list()).items[0]).toMatchObject({ link: `/configuracoes/canais/${id}`, channelId: id })
    socket.close()
  })
})
