import { createServer } from 'node:http'
import type { Template } from '@atende/contracts/templates'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectChannel, post } from '../../../../testing/test-channel.ts'
import { type Answer, eventually } from '../../../../testing/test-server.ts'
import { HELLO, NOTHING, type Problem, startTemplateTest, type TemplateTest } from '../../../../testing/test-templates.ts'
import { scheduleChannelChecks } from '../../schedule-checks.ts'

let test: TemplateTest
beforeAll(async () => {
  test = await startTemplateTest()
})
afterAll(() => test.close())

const call: TemplateTest['call'] = (...args) => test.call(...args)
const create: TemplateTest['create'] = (draft) => test.create(draft)
const read = (id: string) => test.read(id)
const until = (id: string, status: Template['status']) => test.until(id, status)
const approved: TemplateTest['approved'] = (draft) => test.approved(draft)
/** Made at Meta, by somebody else. */
const makeAtMeta = (name: string, text: string) =>
  fetch(`${test.emulator.graphUrl}/v26.0/${test.emulator.defaults.wabaId}/message_templates`, {
    method: 'POST',
    headers: { authorization: `Bearer ${test.emulator.defaults.accessToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ name, language: 'pt_BR', category: 'UTILITY', components: [{ type: 'BODY', text }] }),
  })
const atMeta = (id: string) => test.emulator.control.listTemplates().find((t) => t.id === id)

describe('a template is made', () => {
  it('at Meta first, waits for the review, and the approval shows by itself', async () => {
    const made = await create({ name: 'reserva_confirmada' })
    expect(made).toMatchObject({ status: 201, body: { status: expect.stringMatching(/PENDING|APPROVED/), channelIds: [test.channelId], parts: HELLO } })
    const ready = await until(made.body.id, 'APPROVED')
    expect(ready).toMatchObject({ reason: null, quality: 'UNKNOWN', language: 'pt_BR' })
    expect(atMeta(ready.providerId ?? '')?.components).toEqual([{ type: 'BODY', text: HELLO.body, example: { body_text: [['Ana', '12/10']] } }])
    const [line] = await test.server.diary(`object_id = $1 and action = 'template.create'`, [made.body.id])
    expect(line).toMatchObject({ details: { name: 'reserva_confirmada', language: 'pt_BR' } })
  })

  it('the room that tells lists hears of it', async () => {
    const socket = await test.server.connect(test.owner.token)
    const cursor = await new Promise((done) => socket.emit('authenticate', { token: test.owner.token }, done))
    expect(cursor).toMatchObject({ ok: true })
    const heard: string[] = []
    socket.on('list:changed', (e) => void heard.push(e.list))
    await approved({ name: 'tocou_o_sino' })
    await eventually(() => heard.filter((l) => l === 'templates').length >= 2)
    socket.disconnect()
  })

  it('with a fault of its form it is not even sent, and every field is named', async () => {
    const before = test.emulator.control.listTemplates().length
    const bad = await create<Problem>({ name: 'com_defeito', parts: { ...HELLO, body: '{{1}} e {{3}}', footer: 'x'.repeat(61) } })
    expect(bad).toMatchObject({ status: 400, body: { code: 'validation_failed' } })
    expect(bad.body.errors?.map((e) => e.path)).toEqual(expect.arrayContaining(['parts.body', 'parts.variables.3', 'parts.footer']))
    expect(test.emulator.control.listTemplates()).toHaveLength(before)
  })

  it('twice in a language is refused, in another one not', async () => {
    await approved({ name: 'duas_vezes' })
    expect(await create<Problem>({ name: 'duas_vezes' })).toMatchObject({ status: 409, body: { code: 'already_exists' } })
    expect((await create({ name: 'duas_vezes', language: 'en_US' })).status).toBe(201)
  })

  it('what Meta refuses is explained in Portuguese and not kept', async () => {
    // Made at Meta behind our back, and nothing was told of it yet: Meta says 2388024.
    await makeAtMeta('slow_feito_na_meta', 'Tudo certo por aqui.')
    const refused = await create<Problem>({ name: 'slow_feito_na_meta' })
    expect(refused).toMatchObject({ status: 422, body: { code: 'template_refused', detail: expect.stringContaining('Já existe na Meta') } })
  })

  it('an account that cannot be reached is said, and nothing is kept', async () => {
    const dead = await connectChannel(test.server, await test.server.register(), 'http://127.0.0.1:9')
    expect((await create({ channelId: dead.id })).status).toBe(404)
    const other = await test.server.register()
    const mine = await connectChannel(test.server, other, 'http://127.0.0.1:9')
    const answer = await test.server.call('POST', '/api/templates', {
      token: other.token,
      body: { channelId: mine.id, name: 'nunca', language: 'pt_BR', category: 'UTILITY', parts: HELLO },
    })
    expect(answer).toMatchObject({ status: 503, body: { code: 'whatsapp_unavailable' } })
    expect((await test.server.call<{ items: unknown[] }>('GET', '/api/templates', { token: other.token })).body.items).toEqual([])
  })
})

describe('when no answer comes', () => {
  /** Between us and the emulator: loses the answer of a creation, or the request itself. */
  async function leakyWire(lose: 'answer' | 'request'): Promise<{ url: string; close: () => Promise<void> }> {
    const wire = createServer((request, response) => {
      void (async () => {
        const chunks: Buffer[] = []
        for await (const chunk of request) chunks.push(chunk)
        const creating = request.method === 'POST' && request.url?.includes('message_templates')
        if (creating && lose === 'request') return response.destroy()
        const answer = await fetch(test.emulator.graphUrl + request.url, {
          method: request.method ?? 'GET',
          headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
          ...(chunks.length > 0 ? { body: Buffer.concat(chunks) } : {}),
        })
        if (creating) return response.destroy()
        return response.writeHead(answer.status, { 'content-type': 'application/json' }).end(await answer.text())
      })().catch(() => response.destroy())
    })
    await new Promise<void>((done) => wire.listen(0, '127.0.0.1', done))
    const address = wire.address()
    const port = typeof address === 'object' && address ? address.port : 0
    return { url: `http://127.0.0.1:${port}`, close: () => new Promise((done) => wire.close(() => done())) }
  }
  async function createOver(lose: 'answer' | 'request') {
    const wire = await leakyWire(lose)
    try {
      const who = await test.server.register()
      const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = test.emulator.control.createNumber({
        displayPhoneNumber: '+55 31 4002-9090',
        verifiedName: 'Fio',
      })
      const ask = <T>(method: string, url: string, body?: unknown) => test.server.call<T>(method, url, { token: who.token, ...(body ? { body } : {}) })
      const channel = await ask<{ id: string }>('POST', '/api/channels', {
        name: 'Fio',
        phoneNumberId,
        wabaId,
        accessToken,
        appSecret,
        verifyToken,
        graphUrl: wire.url,
      })
      const answer = await ask<Template & Problem>('POST', '/api/templates', {
        channelId: channel.body.id,
        name: 'sem_resposta',
        language: 'pt_BR',
        category: 'UTILITY',
        parts: HELLO,
      })
      const list = await ask<{ items: Template[] }>('GET', '/api/templates?q=sem resposta')
      return { answer, kept: list.body.items }
    } finally {
      await wire.close()
    }
  }

  it('Meta is asked by name, and what it made is kept', async () => {
    const { answer, kept } = await createOver('answer')
    expect([answer.status, answer.body.name, kept.length]).toEqual([201, 'sem_resposta', 1])
  })

  it('and it is not there, nobody says that it failed for sure, and nothing is kept', async () => {
    const { answer, kept } = await createOver('request')
    expect([answer.status, answer.body.code, kept.length]).toEqual([503, 'whatsapp_unavailable', 0])
    expect(answer.body.detail).toContain('não sabemos')
  })
})

describe('what Meta decides later', () => {
  it('rejected: with the reason and what to do', async () => {
    const made = await create({ name: 'reject_por_formato' })
    expect(await until(made.body.id, 'REJECTED')).toMatchObject({
      reason: {
        title: 'A Meta recusou: o formato não está certo.',
        action: expect.stringContaining('Confira'),
        details: 'Review the template and send it again.',
      },
    })
  })

  it('paused, taken out of the pause, and a second time disabled for good', async () => {
    const { id, providerId } = await approved({ name: 'cansou_as_pessoas' })
    test.emulator.control.decideTemplate(providerId ?? '', { event: 'PAUSED', title: 'FIRST_PAUSE' })
    expect((await until(id, 'PAUSED')).reason?.title).toContain('3 horas')
    expect(await call<Template>('POST', `/api/templates/${id}/unpause`)).toMatchObject({ status: 200, body: { status: 'APPROVED', reason: null } })
    expect(atMeta(providerId ?? '')?.status).toBe('APPROVED')
    expect(await call<Problem>('POST', `/api/templates/${id}/unpause`)).toMatchObject({ status: 422, body: { code: 'template_refused' } })
    test.emulator.control.decideTemplate(providerId ?? '', { event: 'DISABLED' })
    expect((await until(id, 'DISABLED')).reason?.action).toContain('Crie outro')
    expect(await call<Problem>('DELETE', `/api/templates/${id}`)).toMatchObject({ status: 422, body: { code: 'template_refused' } })
  })

  it('quality, and a category that is announced before it comes', async () => {
    const { id, providerId } = await approved({ name: 'virou_marketing' })
    test.emulator.control.decideTemplate(providerId ?? '', { quality: 'RED' })
    await eventually(async () => (await read(id)).quality === 'RED')
    test.emulator.control.decideTemplate(providerId ?? '', { category: 'MARKETING', impending: true })
    const warned = await eventually(async () => ((await read(id)).categoryChange ? read(id) : undefined))
    expect(warned).toMatchObject({ category: 'UTILITY', categoryChange: { to: 'MARKETING', at: expect.any(String) } })
    test.emulator.control.decideTemplate(providerId ?? '', { category: 'MARKETING' })
    expect(await eventually(async () => ((await read(id)).category === 'MARKETING' ? read(id) : undefined))).toMatchObject({ categoryChange: null })
  })
})

describe('what webhooks say', () => {
  const told = (value: object, field = 'message_template_status_update', time = Math.floor(Date.now() / 1000)) => ({
    object: 'whatsapp_business_account',
    entry: [{ id: test.emulator.defaults.wabaId, time, changes: [{ field, value }] }],
  })
  const tell = (value: object, field?: string, time?: number) => post(test.server, { appSecret: test.emulator.defaults.appSecret }, told(value, field, time))
  const named = (name: string, more: object = {}) => ({ message_template_id: 1, message_template_name: name, message_template_language: 'pt-BR', ...more })

  it('an older word that arrives later changes nothing', async () => {
    const { id } = await approved({ name: 'fora_de_ordem' })
    const now = Math.floor(Date.now() / 1000)
    await tell(named('fora_de_ordem', { event: 'PAUSED', reason: null, other_info: { title: 'FIRST_PAUSE' } }), undefined, now + 20)
    await until(id, 'PAUSED')
    await tell(named('fora_de_ordem', { event: 'APPROVED', reason: 'NONE' }), undefined, now + 10)
    await tell({ ...named('fora_de_ordem'), previous_quality_score: 'UNKNOWN', new_quality_score: 'GREEN' }, 'message_template_quality_update', now + 30)
    await eventually(async () => (await read(id)).quality === 'GREEN')
    expect((await read(id)).status).toBe('PAUSED')
  })

  const find = async (q: string) => (await call<{ items: Template[] }>('GET', `/api/templates?q=${q}`)).body.items[0]

  it('a template that nobody here knew is made known, and its text is read at once', async () => {
    expect((await makeAtMeta('veio_de_fora', 'Este modelo nasceu noutro lugar.')).status).toBe(200)
    const found = await eventually(async () => {
      const one = await find('veio de fora')
      return one?.parts.body === 'Este modelo nasceu noutro lugar.' ? one : undefined
    })
    expect(found).toMatchObject({ status: 'APPROVED', category: 'UTILITY', language: 'pt_BR', reason: null })
  })

  it('an event that nobody knows is kept by its name', async () => {
    expect((await makeAtMeta('slow_evaporou', 'Este modelo vai sumir.')).status).toBe(200)
    expect((await tell(named('slow_evaporou', { event: 'EVAPORATED', message_template_category: 'UTILITY' }))).status).toBe(200)
    const found = await eventually(async () => {
      const one = await find('slow evaporou')
      return one?.reason?.details === 'EVAPORATED' ? one : undefined
    })
    expect(found).toMatchObject({ status: 'UNKNOWN', category: 'UTILITY', language: 'pt_BR' })
  })

  it('one that is not at Meta after all is marked as gone', async () => {
    expect((await tell(named('nunca_houve', { event: 'APPROVED', message_template_category: 'UTILITY' }))).status).toBe(200)
    expect(await eventually(async () => ((await find('nunca houve'))?.status === 'DELETED' ? true : undefined))).toBe(true)
  })

  it('odd bodies are answered 200 and do no harm', async () => {
    for (const value of [{}, { event: 7 }, named('x', { event: null }), { message_template_name: {}, new_quality_score: [] }]) {
      for (const field of ['message_template_status_update', 'template_category_update', 'message_template_components_update']) {
        expect((await tell(value, field)).status).toBe(200)
      }
    }
  })
})

describe('a template is changed', () => {
  it('goes back to the review, once a day', async () => {
    const { id, providerId } = await approved({ name: 'mudou_de_ideia' })
    const parts = { ...HELLO, body: 'Olá {{1}}, a reserva de {{2}} foi confirmada agora.' }
    // Meta's webhooks count in seconds: the same word twice within one second is one word.
    test.emulator.control.setScenario({ templateReviewMs: 1100 })
    expect(await call('PATCH', `/api/templates/${id}`, { parts })).toMatchObject({
      status: 200,
      body: { status: 'PENDING', parts },
    })
    test.emulator.control.setScenario({ templateReviewMs: 5 })
    await until(id, 'APPROVED')
    expect(atMeta(providerId ?? '')?.components[0]).toMatchObject({ text: parts.body })
    const again = await call<Problem>('PATCH', `/api/templates/${id}`, { parts: HELLO })
    expect(again).toMatchObject({ status: 422, body: { code: 'template_refused', detail: expect.stringContaining('24 horas') } })
    expect(await call<Problem>('PATCH', `/api/templates/${id}`, { parts: HELLO, category: 'MARKETING' })).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('categoria') },
    })
  })

  it('a rejected one may change its category, and one in review may not change', async () => {
    const made = await create({ name: 'reject_e_corrigido' })
    const { id } = await until(made.body.id, 'REJECTED')
    test.emulator.control.setScenario({ templateReviewMs: 60_000 })
    const edited = await call('PATCH', `/api/templates/${id}`, { parts: HELLO, category: 'MARKETING' })
    expect(edited).toMatchObject({ status: 200, body: { status: 'PENDING', category: 'MARKETING' } })
    expect(await call<Problem>('PATCH', `/api/templates/${id}`, { parts: HELLO })).toMatchObject({ status: 422, body: { code: 'template_refused' } })
    test.emulator.control.setScenario({ templateReviewMs: 5 })
  })

  it('is deleted in one language, then in all', async () => {
    const first = await approved({ name: 'some_daqui' })
    const second = await approved({ name: 'some_daqui', language: 'en_US' })
    const third = await approved({ name: 'some_daqui', language: 'es' })
    expect((await call('DELETE', `/api/templates/${first.id}`)).status).toBe(204)
    expect([atMeta(first.providerId ?? '')?.status ?? 'DELETED', atMeta(second.providerId ?? '')?.status]).toEqual(['DELETED', 'APPROVED'])
    expect((await call('GET', `/api/templates/${first.id}`)).status).toBe(404)
    expect((await call('DELETE', `/api/templates/${second.id}?allLanguages=true`)).status).toBe(204)
    expect((await call('GET', `/api/templates/${third.id}`)).status).toBe(404)
    const again = await create<Problem>({ name: 'some_daqui' })
    expect(again).toMatchObject({ status: 422, body: { errors: [{ path: 'name', message: expect.stringContaining('30 dias') }] } })
  })

  it('only who may manage templates does any of it', async () => {
    await test.server.sql(`update memberships set role = 'ATTENDANT' where user_id = $1`, [test.owner.userId])
    try {
      expect((await create({ name: 'sem_permissao' })).status).toBe(403)
      expect((await call('POST', '/api/templates/sync', { channelId: test.channelId })).status).toBe(403)
      expect((await call('GET', '/api/templates')).status).toBe(200)
    } finally {
      await test.server.sql(`update memberships set role = 'OWNER' where user_id = $1`, [test.owner.userId])
    }
  })
})

describe('the list', () => {
  it('is read by itself with the daily look at a number', async () => {
    await test.server.sql(`update channels set next_check_at = now() - interval '1 minute' where id = $1`, [test.channelId])
    await scheduleChannelChecks(test.server.ctx)
    const found = await eventually(async () => (await call<{ items: Template[] }>('GET', '/api/templates?q=hello world')).body.items[0], 20_000)
    expect(found).toMatchObject({ name: 'hello_world', language: 'en_US', status: 'APPROVED', reason: null })
  })

  it('an account of 250 templates is read over its pages; those that left are marked', async () => {
    const other = await test.server.register()
    const number = test.emulator.control.createNumber({ displayPhoneNumber: '+55 21 4002-7070', verifiedName: 'Outra' })
    const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = number
    const ask = <T>(method: string, url: string, body?: unknown) => test.server.call<T>(method, url, { token: other.token, ...(body ? { body } : {}) })
    const channel = await ask<{ id: string }>('POST', '/api/channels', {
      name: 'Outra',
      phoneNumberId,
      wabaId,
      accessToken,
      appSecret,
      verifyToken,
      graphUrl: test.emulator.graphUrl,
    })
    test.emulator.control.setScenario({ limits: false })
    const graph = (method: string, query: string, body?: object) =>
      fetch(`${test.emulator.graphUrl}/v26.0/${wabaId}/message_templates${query}`, {
        method,
        headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
    for (let n = 0; n < 250; n++) {
      const components = [{ type: 'BODY', text: `Mensagem de número ${n}, até logo.` }]
      const made = await graph('POST', '', {
        name: `modelo_${String(n).padStart(3, '0')}`,
        language: n % 2 ? 'pt_BR' : 'en_US',
        category: 'UTILITY',
        components,
      })
      expect(made.status).toBe(200)
    }
    test.emulator.control.setScenario({ limits: true })
    const sync = () => ask<{ found: number; changed: number; gone: number }>('POST', '/api/templates/sync', { channelId: channel.body.id })
    expect(await sync()).toMatchObject({ status: 200, body: { found: 251, gone: 0 } })
    const names: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const page: Answer<{ items: Template[]; nextCursor: string | null }> = await ask('GET', `/api/templates?limit=100${cursor ? `&cursor=${cursor}` : ''}`)
      names.push(...page.body.items.map((t) => `${t.language} ${t.name}`))
      cursor = page.body.nextCursor
    }
    // With `hello_world`, which every account has.
    expect(new Set(names).size).toBe(251)
    expect(names[0]).toBe('pt_BR modelo_001')
    expect(names[125]).toBe('en_US hello_world')
    expect((await graph('DELETE', '?name=modelo_001')).status).toBe(200)
    expect((await sync()).body).toMatchObject({ found: 250, gone: 1 })
    const gone = await ask<{ items: Template[] }>('GET', '/api/templates?status=problem')
    expect(gone.body.items.map((t) => [t.name, t.status, t.reason?.title])).toEqual([['modelo_001', 'DELETED', 'Foi apagado na Meta.']])
    expect((await sync()).body).toMatchObject({ found: 250, gone: 0, changed: 0 })
  })

  it('is searched and filtered', async () => {
    await approved({ name: 'promo_de_verao', category: 'MARKETING', parts: { ...NOTHING, body: 'O verão chegou à nossa pousada, venha ver.' } })
    const names = async (query: string) => (await call<{ items: Template[] }>('GET', `/api/templates?${query}`)).body.items.map((t) => t.name)
    expect(await names('q=verao chegou')).toEqual(['promo_de_verao'])
    expect(await names('q=promo de')).toEqual(['promo_de_verao'])
    expect(await names('category=MARKETING&status=usable')).toContain('promo_de_verao')
    expect(await names('status=waiting&q=promo de')).toEqual([])
    expect(await names('language=fr')).toEqual([])
    expect((await call('GET', '/api/templates?cursor=lixo')).status).toBe(400)
  })
})
