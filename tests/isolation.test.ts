import { randomUUID } from 'node:crypto'
import type { PriceList } from '@atende/contracts/usage'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import { clientEventNames } from '../packages/server/src/platform/realtime.ts'
import { connectChannel, delivery, inbound, newWamid, post, type TestChannel } from '../packages/server/src/testing/test-channel.ts'
import { sqlAs } from '../packages/server/src/testing/test-database.ts'
import { type Answer, eventually, startTestServer, type TestServer, type TestSocket } from '../packages/server/src/testing/test-server.ts'
import { ACCOUNT_DOORS, ACCOUNT_ROUTES, PERSONAL_TABLES, plantAccounts } from './isolation-accounts.ts'
import { AUDIT_DOORS, AUDIT_ROUTES } from './isolation-audit.ts'
import { DOORS } from './isolation-doors.ts'
import { FACTOR_DOORS, FACTOR_ROUTES, PERSONS, plantFactors } from './isolation-factors.ts'
import { LIMIT_DOORS, LIMIT_ROUTES, DOORS_ONLY as LIMIT_TABLES } from './isolation-limits.ts'
import { OPERATION_DOORS, OPERATION_ROUTES, OPERATION_TABLES } from './isolation-operations.ts'

/**
 * Story 5: a second tenant sees nothing of the first. The test finds every table, route and socket event by itself; a new one
 * fails until somebody says here what it is.
 */
const MARK = 'Zanzibarinho'
type Owner = Awaited<ReturnType<TestServer['register']>>
let server: TestServer
let victim: Owner
let intruder: Owner
let channel: TestChannel
/** Ids of the victim, by kind. */
const ids: Record<string, string> = {}
let mediaUrl = ''

beforeAll(async () => {
  server = await startTestServer({ NODE_ENV: 'development' })
  victim = await server.register(`${MARK} Hotel`)
  intruder = await server.register('Curiosos Ltda')
  channel = await connectChannel(server, victim)
  await connectChannel(server, intruder)
  await plant()
})
afterAll(() => server.close())

const as = <T = Record<string, unknown>>(who: Owner, method: string, url: string, body?: unknown): Promise<Answer<T>> =>
  server.call<T>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })

async function plant(): Promise<void> {
  const wamid = newWamid()
  const delivered = delivery(channel, {
    messages: [inbound({ id: wamid, text: `${MARK} escreveu` })],
    contacts: [{ profile: { name: MARK }, wa_id: '5511987654321' }],
  })
  expect((await post(server, channel, delivered)).status).toBe(200)
  const row = await eventually(
    async () =>
      (
        await server.sql<{ id: string; conversation_id: string; contact_id: string }>(
          'select m.id, m.conversation_id, v.contact_id from messages m join conversations v on v.id = m.conversation_id where provider_id = any($1)',
          [await server.providerIds(wamid)],
        )
      )[0],
  )
  Object.assign(ids, {
    message: row.id,
    conversation: row.conversation_id,
    contact: row.contact_id,
    channel: channel.id,
    user: victim.userId,
    tenant: victim.tenantId,
  })
  ids.tag = (await as<{ id: string }>(victim, 'POST', '/api/tags', { name: MARK, color: 'teal' })).body.id
  ids.invitation = (await as<{ id: string }>(victim, 'POST', '/api/users/invitations', { email: `${MARK}@example.com`, role: 'ATTENDANT' })).body.id
  ids.role = (await as<{ id: string }>(victim, 'POST', '/api/roles', { name: MARK, permissions: ['contacts.read'] })).body.id
  ids.apiKey = (await as<{ id: string }>(victim, 'POST', '/api/api-keys', { name: MARK, scopes: ['contacts.read'] })).body.id
  const form = new FormData()
  form.set('file', new File([Buffer.from(`${MARK},1\n`)], `${MARK}.csv`, { type: 'text/csv' }))
  form.set('kind', 'document')
  const media = await as<{ id: string; url: string }>(victim, 'POST', '/api/media', form)
  ids.media = media.body.id
  mediaUrl = media.body.url
  ids.session = (await as<{ items: { id: string }[] }>(victim, 'GET', '/api/auth/sessions')).body.items[0]?.id ?? ''
  const own = { validFrom: '2026-01-01' }
  const prices = await as<PriceList>(victim, 'POST', '/api/usage/prices', { ...own, category: MARK, country: 'BR', currency: 'BRL', amount: 1 })
  ids.price = prices.body.prices.find((p) => !p.builtIn)?.id ?? ''
  const quotas = await as<PriceList>(victim, 'POST', '/api/usage/quotas', { ...own, category: MARK, perNumberAndMonth: 7 })
  ids.quota = quotas.body.quotas.find((q) => !q.builtIn)?.id ?? ''
  ids.webhookEvent = (await as<{ items: { id: string }[] }>(victim, 'GET', '/api/webhook-events')).body.items[0]?.id ?? ''
  ids.template = uuidv7()
  await server.sql(
    `insert into templates (id, tenant_id, waba_id, name, language, category, parts, status) values ($1, $2, $3, 'boas_vindas', 'pt_BR', 'UTILITY', $4, 'APPROVED')`,
    [ids.template, victim.tenantId, channel.wabaId, JSON.stringify({ body: MARK })],
  )
  ids.notice = uuidv7()
  const notice = [ids.notice, victim.tenantId, ids.channel, JSON.stringify({ number: MARK })]
  await server.sql(
    `insert into notices (id, tenant_id, code, severity, channel_id, key, details) values ($1, $2, 'token_invalid', 'critical', $3, 'k', $4)`,
    notice,
  )
  ids.passkey = await plantFactors(server, victim, MARK)
  await plantAccounts(server.sql, victim, MARK)
  for (const [kind, id] of Object.entries(ids)) expect(id, kind).toMatch(/^[0-9a-f-]{36}$/)
}

describe('tables', () => {
  const DOORS_ONLY = new Set([...LIMIT_TABLES, ...OPERATION_TABLES])
  /** Not a tenant's: why it may be shared. */
  const SHARED: Record<string, string> = {
    kysely_migration: 'names of migrations',
    kysely_migration_lock: 'one lock row',
    migration_checksums: 'names and checksums of migrations',
  }
  /** Own policies instead of a tenant_id column. */
  const OWN_POLICY = new Set(['users', 'tenants', ...PERSONAL_TABLES])

  it('each has row-level security, forced, and a tenant', async () => {
    const tables = await server.sql<{ name: string; rls: boolean; forced: boolean; tenant: boolean }>(`
      select c.relname as name, c.relrowsecurity rls, c.relforcerowsecurity forced,
        exists (select from pg_attribute a where a.attrelid = c.oid and a.attname = 'tenant_id') tenant
      from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = 'public' and c.relkind in ('r', 'p')`)
    expect(tables.length).toBeGreaterThan(15)
    for (const t of tables) {
      if (t.name in SHARED) continue
      expect([t.name, t.rls, t.forced]).toEqual([t.name, true, true])
      if (DOORS_ONLY.has(t.name)) continue
      if (!OWN_POLICY.has(t.name) && !PERSONS.has(t.name)) expect([t.name, t.tenant]).toEqual([t.name, true])
    }
  })

  it('show nothing without a tenant, and only the own rows with one', async () => {
    const tables = await server.sql<{ name: string }>(
      "select tablename as name from pg_tables where schemaname = 'public' and tablename not like 'kysely%' and tablename <> 'migration_checksums'",
    )
    for (const { name } of tables) {
      if (DOORS_ONLY.has(name)) {
        await expect(sqlAs(server.database.appUrl, `select * from ${name}`), name).rejects.toThrow(/permission denied/)
        continue
      }
      const own = name === 'tenants' ? 'id' : name === 'users' ? 'id' : PERSONS.has(name) || PERSONAL_TABLES.includes(name) ? 'user_id' : 'tenant_id'
      expect([name, await sqlAs(server.database.appUrl, `select * from ${name}`)]).toEqual([name, []])
      const foreign = own === 'tenant_id' || name === 'tenants' ? victim.tenantId : victim.userId
      const seen = await sqlAs(
        server.database.appUrl,
        `with s as (select set_config('app.tenant_id', '${intruder.tenantId}', false), set_config('app.user_id', '${intruder.userId}', false)) select count(*)::int n from s, ${name} t where t.${own} = '${foreign}'`,
      )
      expect([name, seen]).toEqual([name, [{ n: 0 }]])
    }
  })

  it('the application role can neither bypass the walls nor change the diary', async () => {
    const [role] = await server.sql("select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = 'atende_app'")
    expect(role).toEqual({ rolsuper: false, rolbypassrls: false, rolcreaterole: false })
    for (const statement of [
      'update audit_logs set action = $$x$$',
      'insert into audit_logs (id, action, sealed) values (gen_random_uuid(), $$x$$, $$$$)',
      'delete from audit_logs',
      'truncate messages',
      'alter table messages disable row level security',
      'update users set super_admin_since = now()',
    ]) {
      await expect(sqlAs(server.database.appUrl, statement)).rejects.toThrow(/permission denied|must be owner/)
    }
  })

  it('a row cannot be written into another tenant', async () => {
    const write = `with s as (select set_config('app.tenant_id', '${intruder.tenantId}', false)) insert into tags (id, tenant_id, name) select '${uuidv7()}', '${victim.tenantId}', 'x' from s`
    await expect(sqlAs(server.database.appUrl, write)).rejects.toThrow(/row-level security/)
  })

  it('the doors across tenants are these, and no others', async () => {
    const doors = await server.sql<{ name: string }>(
      "select p.proname as name from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'public' and p.prosecdef order by 1",
    )
    expect(doors.map((d) => d.name).toSorted()).toEqual(
      [...LIMIT_DOORS, ...AUDIT_DOORS, ...FACTOR_DOORS, ...ACCOUNT_DOORS, ...OPERATION_DOORS, ...DOORS].toSorted(),
    )
  })
})

/** `id`: which of the victim's ids stands for `:id`; `list`: must answer without a trace of the victim; the rest says why it cannot cross. */
type Kind = { id: string; body?: unknown } | { list: true } | { body: () => unknown; refused: number } | { cannot: string }
const none = { cannot: 'public, knows no tenant' }
const self = { cannot: 'concerns the caller only' }
const ROUTES: Record<string, Kind> = {
  ...ACCOUNT_ROUTES,
  'GET /.well-known/security.txt': none,
  'POST /api/auth/register': none,
  'POST /api/auth/login': none,
  ...FACTOR_ROUTES,
  'POST /api/auth/refresh': { cannot: 'needs the cookie of a session' },
  'POST /api/auth/logout': self,
  'POST /api/auth/logout-all': self,
  'GET /api/auth/me': { list: true },
  'PATCH /api/auth/me': self,
  'GET /api/auth/sessions': { list: true },
  'DELETE /api/auth/sessions/:id': { id: 'session' },
  'GET /api/auth/invitations/:token': { cannot: 'the secret of the link is the key' },
  'POST /api/auth/invitations/:token/accept': { cannot: 'the secret of the link is the key' },
  ...AUDIT_ROUTES,
  'GET /api/users': { list: true },
  'PATCH /api/users/:id': { id: 'user', body: { active: false } },
  'GET /api/users/invitations': { list: true },
  'POST /api/users/invitations': self,
  'DELETE /api/users/invitations/:id': { id: 'invitation' },
  'POST /api/users/invitations/:id/renew': { id: 'invitation' },
  'GET /api/roles': { list: true },
  'POST /api/roles': self,
  'PATCH /api/roles/:id': { id: 'role', body: { name: 'Outro nome' } },
  'DELETE /api/roles/:id': { id: 'role' },
  'GET /api/api-keys': { list: true },
  'POST /api/api-keys': self,
  'DELETE /api/api-keys/:id': { id: 'apiKey' },
  'GET /api/tenants/current': { list: true },
  'PATCH /api/tenants/current': self,
  'GET /api/tenants/current/usage': { list: true },
  'GET /api/tenants': { body: () => undefined, refused: 403 },
  'POST /api/tenants': {
    body: () => ({ name: 'Nova', email: 'n@example.com', owner: { name: 'N', email: 'n@example.com', password: 'uma senha bem longa' } }),
    refused: 403,
  },
  'PATCH /api/tenants/:id': { body: () => ({ plan: 'PRO' }), refused: 403 },
  ...LIMIT_ROUTES,
  ...OPERATION_ROUTES,
  'GET /api/contacts': { list: true },
  'POST /api/contacts': self,
  'GET /api/contacts/:id': { id: 'contact' },
  'PATCH /api/contacts/:id': { id: 'contact', body: { name: 'x' } },
  'DELETE /api/contacts/:id': { id: 'contact' },
  'POST /api/contacts/:id/merge': { id: 'contact', body: { otherId: uuidv7() } },
  'POST /api/contacts/:id/merges/:mergeId/undo': { cannot: 'asked in merge-contacts.test.ts with a foreign trace' },
  'GET /api/usage/whatsapp': { list: true },
  'GET /api/usage/prices': { list: true },
  'POST /api/usage/prices': self,
  'DELETE /api/usage/prices/:id': { id: 'price' },
  'POST /api/usage/quotas': self,
  'DELETE /api/usage/quotas/:id': { id: 'quota' },
  'GET /api/tags': { list: true },
  'POST /api/tags': self,
  'PATCH /api/tags/:id': { id: 'tag', body: { name: 'x' } },
  'DELETE /api/tags/:id': { id: 'tag' },
  'GET /api/conversations': { list: true },
  'POST /api/conversations': { body: () => ({ contactId: ids.contact, channelId: ids.channel }), refused: 400 },
  'GET /api/conversations/counts': { list: true },
  'GET /api/conversations/:id': { id: 'conversation' },
  'PATCH /api/conversations/:id': { id: 'conversation', body: { status: 'resolved' } },
  'POST /api/conversations/:id/assign': { id: 'conversation', body: { userId: null } },
  'PUT /api/conversations/:id/tags': { id: 'conversation', body: { tagIds: [] } },
  'POST /api/conversations/:id/read': { id: 'conversation' },
  'POST /api/conversations/:id/unread': { id: 'conversation' },
  'GET /api/messages': { cannot: 'asked below with the conversation of the victim' },
  'GET /api/messages/:id': { id: 'message' },
  'GET /api/messages/search': { cannot: 'asked below with the conversation of the victim' },
  'GET /api/messages/:id/raw': { id: 'message' },
  'POST /api/messages': { body: () => ({ conversationId: ids.conversation, clientId: randomUUID(), content: { type: 'text', text: 'x' } }), refused: 404 },
  'POST /api/messages/:id/retry': { id: 'message' },
  'POST /api/media': self,
  'GET /api/media/:id': { id: 'media' },
  'POST /api/media/:id/fetch': { id: 'media' },
  'GET /api/media/:id/content': { id: 'media' },
  'GET /api/templates': { list: true },
  'POST /api/templates': {
    body: () => ({
      channelId: ids.channel,
      name: 'boas_vindas',
      language: 'pt_BR',
      category: 'UTILITY',
      parts: { header: null, body: 'Seja bem-vindo por aqui.', variables: [], footer: null, buttons: [], cards: null, auth: null, offer: null },
    }),
    refused: 404,
  },
  'POST /api/templates/sync': { body: () => ({ channelId: ids.channel }), refused: 404 },
  'GET /api/templates/:id': { id: 'template' },
  'PATCH /api/templates/:id': {
    id: 'template',
    body: { parts: { header: null, body: 'Seja bem-vindo.', variables: [], footer: null, buttons: [], cards: null, auth: null, offer: null } },
  },
  'DELETE /api/templates/:id': { id: 'template' },
  'POST /api/templates/:id/preview': { id: 'template', body: { values: {} } },
  'POST /api/templates/:id/unpause': { id: 'template' },
  'GET /api/channels': { list: true },
  'POST /api/channels': self,
  'POST /api/channels/test': { cannot: 'asks Graph with the credentials in the body' },
  'GET /api/channels/emulator': { cannot: 'the same for everybody' },
  'POST /api/channels/emulator': self,
  'GET /api/channels/:id': { id: 'channel' },
  'PATCH /api/channels/:id': { id: 'channel', body: { name: 'x' } },
  'DELETE /api/channels/:id': { id: 'channel' },
  'GET /api/channels/:id/setup': { id: 'channel' },
  'POST /api/channels/:id/test': { id: 'channel' },
  'POST /api/channels/:id/subscribe': { id: 'channel' },
  'GET /api/channels/:id/health': { id: 'channel' },
  'POST /api/channels/:id/check': { id: 'channel' },
  'GET /api/channels/:id/profile': { id: 'channel' },
  'PATCH /api/channels/:id/profile': { id: 'channel', body: { about: 'x' } },
  'POST /api/channels/:id/request-code': { id: 'channel', body: { method: 'SMS' } },
  'POST /api/channels/:id/verify-code': { id: 'channel', body: { code: '123456' } },
  'POST /api/channels/:id/register': { id: 'channel', body: { pin: '123456' } },
  'POST /api/channels/:id/deregister': { id: 'channel' },
  'POST /api/channels/:id/pin': { id: 'channel', body: { pin: '123456' } },
  'POST /api/channels/:id/sync': { id: 'channel', body: { kind: 'history' } },
  'GET /api/notices': { list: true },
  'GET /api/notices/count': { list: true },
  'POST /api/notices/:id/resolve': { id: 'notice' },
  'GET /api/webhook-events': { list: true },
  'GET /api/webhook-events/:id': { id: 'webhookEvent' },
  'POST /api/webhook-events/:id/replay': { id: 'webhookEvent' },
  'GET /webhooks/whatsapp': { cannot: 'the verify token is the key' },
  'POST /webhooks/whatsapp': { cannot: 'the signature is the key; see webhook.test.ts' },
  'GET /webhooks/whatsapp/v2': { cannot: 'the verify token is the key' },
  'POST /webhooks/whatsapp/v2': { cannot: 'the signature is the key; see webhook.test.ts' },
  'GET /health': none,
  ...OPERATION_ROUTES,
  'GET /ready': none,
  'GET /alive': none,
  'GET /debug/routes': { cannot: 'development only' },
  'GET /debug/config': { cannot: 'development only' },
  'GET /debug/jobs': { cannot: 'development only' },
  'GET /api/openapi.json': none,
  'GET /api/docs': none,
}
const STATIC = /^\/(assets|icons|fonts|api\/docs)\/|^\/[\w.-]+\.\w+$|^\/$|\*/

describe('routes', () => {
  const kindOf = (route: { method: string; url: string }) => ROUTES[`${route.method} ${route.url}`]
  const listed = () => server.routes.filter((r) => !['HEAD', 'OPTIONS'].includes(r.method) && !STATIC.test(r.url))

  it('every one is classified', () => {
    const unknown = listed()
      .filter((r) => !kindOf(r))
      .map((r) => `${r.method} ${r.url}`)
    expect(unknown).toEqual([])
    const gone = Object.keys(ROUTES).filter((k) => !listed().some((r) => `${r.method} ${r.url}` === k))
    expect(gone).toEqual([])
  })

  it('a foreign id is answered exactly like one that never existed', async () => {
    let asked = 0
    for (const [route, kind] of Object.entries(ROUTES)) {
      if (!('id' in kind)) continue
      const [method = '', url = ''] = route.split(' ')
      const ask = (id: string) => as(intruder, method, url.replace(':id', id), kind.body)
      const foreign = await ask(ids[kind.id] ?? '')
      const absent = await ask(uuidv7())
      expect([route, foreign.status]).toEqual([route, 404])
      const blank = (a: Answer) => ({ ...a.body, requestId: '', instance: '' })
      expect([route, blank(foreign)]).toEqual([route, blank(absent)])
      asked++
    }
    expect(asked).toBeGreaterThan(25)
  })

  it('lists, searches and counts show no trace', async () => {
    const urls = Object.entries(ROUTES).flatMap(([route, kind]) => ('list' in kind ? [route.split(' ')[1] ?? ''] : []))
    const searches = [
      `/api/conversations?status=any&q=${MARK}`,
      `/api/conversations?status=any&q=escreveu`,
      `/api/contacts?q=${MARK}`,
      `/api/contacts?q=98765-4321`,
      `/api/conversations?tagId=${ids.tag}`,
      `/api/conversations?status=any&contactId=${ids.contact}`,
    ]
    const own = new Set([intruder.userId, intruder.tenantId])
    for (const url of [...urls, ...searches]) {
      const { status, body } = await as(intruder, 'GET', url)
      expect([url, status]).toEqual([url, 200])
      const text = JSON.stringify(body)
      expect([url, text.includes(MARK)]).toEqual([url, false])
      for (const [kind, id] of Object.entries(ids)) if (!own.has(id)) expect([url, kind, text.includes(id)]).toEqual([url, kind, false])
    }
    const mine = await as<{ items: unknown[] }>(victim, 'GET', `/api/conversations?status=any&q=${MARK}`)
    expect(mine.body.items).toHaveLength(1)
  })

  it('what would reach across is refused', async () => {
    for (const [route, kind] of Object.entries(ROUTES)) {
      if (!('refused' in kind)) continue
      const [method = '', url = ''] = route.split(' ')
      const answer = await as(intruder, method, url.replace(':id', ids.tenant ?? ''), kind.body())
      expect([route, answer.status]).toEqual([route, kind.refused])
      expect(JSON.stringify(answer.body)).not.toContain(MARK)
    }
    for (const who of [ids.conversation, uuidv7()]) {
      expect((await as(intruder, 'GET', `/api/messages?conversationId=${who}`)).status).toBe(404)
      expect((await as(intruder, 'GET', `/api/messages/search?q=escreveu&conversationId=${who}`)).status).toBe(404)
    }
    const own = await as<{ id: string }>(intruder, 'POST', '/api/contacts', { name: 'Meu', phone: '+55 11 97777-0000' })
    const [mine] = await server.sql<{ id: string }>('select id from channels where tenant_id = $1', [intruder.tenantId])
    const conversation = await as<{ id: string }>(intruder, 'POST', '/api/conversations', { contactId: own.body.id, channelId: mine?.id })
    const tagged = await as(intruder, 'PUT', `/api/conversations/${conversation.body.id}/tags`, { tagIds: [ids.tag] })
    const assigned = await as(intruder, 'POST', `/api/conversations/${conversation.body.id}/assign`, { userId: victim.userId })
    expect([tagged.status, assigned.status]).toEqual([400, 400])
    await server.sql('update conversations set last_inbound_at = now() where id = $1', [conversation.body.id])
    const withMedia = await as(intruder, 'POST', '/api/messages', {
      conversationId: conversation.body.id,
      clientId: randomUUID(),
      content: { type: 'document', mediaId: ids.media },
    })
    const withQuote = await as(intruder, 'POST', '/api/messages', {
      conversationId: conversation.body.id,
      clientId: randomUUID(),
      quotedId: ids.message,
      content: { type: 'text', text: 'x' },
    })
    expect([withMedia.status, withQuote.status]).toEqual([400, 400])
  })

  it('every route that needs a login refuses without one, and with a token of nobody', async () => {
    for (const r of listed()) {
      if (r.access === 'public') continue
      const url = r.url.replace(':id', uuidv7())
      expect([r.url, (await server.call(r.method, url)).status]).toEqual([r.url, 401])
      expect([r.url, (await server.call(r.method, url, { token: 'eyJhbGciOiJub25lIn0.e30.' })).status]).toEqual([r.url, 401])
    }
  })

  it('a media link opens only as it was signed', async () => {
    expect((await fetch(server.url + mediaUrl)).status).toBe(200)
    const other = (
      await as<{ id: string; url: string }>(
        intruder,
        'POST',
        '/api/media',
        (() => {
          const f = new FormData()
          f.set('kind', 'document')
          f.set('file', new File(['a,b\n'], 'a.csv', { type: 'text/csv' }))
          return f
        })(),
      )
    ).body
    const query = new URL(other.url, server.url).search
    for (const bad of [
      `/api/media/${ids.media}/content`,
      `/api/media/${ids.media}/content${query}`,
      mediaUrl.replace(/e=(\d+)/, (_, e) => `e=${Number(e) + 3600}`),
      `${mediaUrl}0`,
    ]) {
      expect([bad, (await fetch(server.url + bad)).status]).toEqual([bad, 404])
    }
  })
})

describe('sockets', () => {
  const emit = (socket: TestSocket, name: string, body: unknown) =>
    new Promise<Record<string, unknown>>((done) => socket.emit(name as 'join:conversation', body as { conversationId: string }, done as never))

  it('every client event is classified and refuses a foreign conversation like an absent one', async () => {
    expect(clientEventNames().sort()).toEqual(['authenticate', 'join:conversation', 'leave:conversation', 'typing:start', 'typing:stop'])
    const socket = await server.connect(intruder.token)
    for (const name of ['join:conversation', 'typing:start', 'typing:stop']) {
      expect([name, await emit(socket, name, { conversationId: ids.conversation })]).toEqual([name, { ok: false, code: 'not_found' }])
      expect([name, await emit(socket, name, { conversationId: uuidv7() })]).toEqual([name, { ok: false, code: 'not_found' }])
    }
    for (const name of ['join', 'join:tenant', 'subscribe', '__proto__', 'constructor']) {
      expect([name, await emit(socket, name, `tenant:${victim.tenantId}`)]).toEqual([name, { ok: false, code: 'not_found' }])
    }
    expect(await emit(socket, 'join:conversation', { conversationId: `conversation:${ids.conversation}` })).toEqual({ ok: false, code: 'validation_failed' })
    socket.close()
  })

  it('without authentication nothing is heard or joined, and the socket ends', async () => {
    const socket = await server.connect()
    expect(await emit(socket, 'join:conversation', { conversationId: ids.conversation })).toEqual({ ok: false, code: 'unauthenticated' })
    await expect(server.connect('nonsense')).rejects.toThrow('unauthenticated')
    socket.close()
  })

  it('a socket that was authenticated cannot become another tenant’s', async () => {
    const socket = await server.connect(intruder.token)
    expect(await emit(socket, 'authenticate', { token: victim.token })).toEqual({ ok: false, code: 'forbidden' })
    socket.close()
  })

  it('whatever the victim does, the intruder hears nothing', async () => {
    const [spy, own] = [await server.connect(intruder.token), await server.connect(victim.token)]
    const heard: string[] = []
    const known: string[] = []
    spy.onAny((name) => heard.push(name))
    own.onAny((name) => known.push(name))
    await emit(spy, 'join:conversation', { conversationId: ids.conversation })
    await emit(own, 'join:conversation', { conversationId: ids.conversation })
    await as(victim, 'POST', `/api/conversations/${ids.conversation}/assign`, { userId: victim.userId })
    await as(victim, 'PUT', `/api/conversations/${ids.conversation}/tags`, { tagIds: [ids.tag] })
    await as(victim, 'POST', '/api/messages', { conversationId: ids.conversation, clientId: randomUUID(), content: { type: 'text', text: MARK } })
    await emit(own, 'typing:start', { conversationId: ids.conversation })
    await post(server, channel, delivery(channel, { messages: [inbound({ text: MARK })] }))
    await as(victim, 'POST', '/api/tags', { name: `${MARK} 2`, color: 'red' })
    await eventually(() => ['conversation:assigned', 'conversation:updated', 'message:new', 'typing:start', 'list:changed'].every((n) => known.includes(n)))
    await new Promise((r) => setTimeout(r, 300))
    expect(heard).toEqual([])
    spy.close()
    own.close()
  })
})
