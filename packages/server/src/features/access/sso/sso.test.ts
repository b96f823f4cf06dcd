import { Login, Me } from '@atende/contracts/access'
import type { SsoState } from '@atende/contracts/sso'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Account, CLIENT, newBrowser, type OidcStandIn, startOidcStandIn } from '../../../testing/oidc-stand-in.ts'
import { linkIn, mailTo, secretIn } from '../../../testing/test-mails.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { joinTenant, PASSWORD, tokenOf } from '../test-people.ts'

/** The whole way, against a real OpenID provider on loopback. */
let server: TestServer
let idp: OidcStandIn
type Owner = Awaited<ReturnType<TestServer['register']>>
const redirectUri = () => `${server.url}/api/auth/sso/callback`

beforeAll(async () => {
  server = await startTestServer({ LOGIN_LIMIT: '100' })
  idp = await startOidcStandIn({ redirectUri, accounts: [] })
})
afterAll(async () => {
  await idp.stop()
  await server.close()
})

let count = 0
const person = (more: Partial<Account> = {}): Account => {
  const account = { sub: `sub-${++count}`, email: `pessoa${count}@empresa.example`, email_verified: true, name: `Pessoa ${count}`, ...more }
  idp.accounts.push(account)
  return account
}
const base = () => ({
  label: 'Empresa',
  issuer: idp.issuer,
  clientId: CLIENT.clientId,
  clientSecret: CLIENT.clientSecret,
  domains: ['empresa.example'],
  newcomerRole: 'ATTENDANT',
  enabled: true,
  passwordsRefused: false,
})
const save = (owner: { token: string }, change: Record<string, unknown> = {}) =>
  server.call<SsoState & { code?: string }>('PUT', '/api/sso', { token: owner.token, body: { ...base(), ...change } })
const slugOf = async (owner: Owner) => (await server.sql<{ slug: string }>('select slug from tenants where id = $1', [owner.tenantId]))[0]?.slug ?? ''
const meOf = async (token: string) => Me.parse((await server.call('GET', '/api/auth/me', { token })).body)

async function company(change: Record<string, unknown> = {}) {
  const owner = await server.register()
  const saved = await save(owner, change)
  expect(saved.status).toBe(200)
  return { owner, slug: await slugOf(owner) }
}

/** Through the provider as this account: where the browser ended, and the login its cookie gives. */
async function enter(slug: string, account: Account | null, browser = newBrowser()) {
  const end = await browser.follow(`${server.url}/api/auth/sso/${slug}/start?voltar=/conversas`, account?.sub ?? null, stopAtPages)
  const refresh = browser.cookies(server.url).get('atende_refresh')
  if (refresh === undefined) return { end, login: undefined }
  const answer = await server.call('POST', '/api/auth/refresh', { headers: { cookie: `atende_refresh=${refresh}` } })
  return { end, login: Login.parse(answer.body) }
}
const stopAtPages = (url: URL) => url.origin === server.url && !url.pathname.startsWith('/api/')
const problemOf = (end: URL) => end.searchParams.get('erro')
const reasons = async (owner: Owner) =>
  (await server.diary("tenant_id = $1 and outcome = 'failure'", [owner.tenantId])).flatMap(({ details }) => (details?.via === 'sso' ? [details.reason] : []))

describe('who may come in', () => {
  test('somebody of the team, by their confirmed address; afterwards by what the provider calls them', async () => {
    const { owner, slug } = await company()
    const colleague = await joinTenant(server, owner, 'SUPERVISOR')
    await server.sql('update users set email = $2 where id = $1', [colleague.userId, `ela${colleague.userId}@empresa.example`])
    const account = person({ email: `Ela${colleague.userId}@empresa.example` })
    const first = await enter(slug, account)
    expect([first.end.pathname, first.login?.me.user.id, first.login?.me.user.role]).toEqual(['/conversas', colleague.userId, 'SUPERVISOR'])
    account.email = 'casada@outra.example'
    expect((await enter(slug, account)).login?.me.user.id).toBe(colleague.userId)
    const lines = await server.diary("action = 'session.login' and object_id = $1", [colleague.userId])
    expect(lines.filter((l) => l.details?.via === 'sso')).toHaveLength(2)
    const [session] = await server.sql('select opened_by from sessions where id = $1', [first.login?.me.sessionId])
    expect(session).toEqual({ opened_by: 'sso' })
  })

  test('a newcomer of an allowed domain joins with the default role, once', async () => {
    const { owner, slug } = await company({ newcomerRole: 'DPO' })
    const account = person()
    const { login } = await enter(slug, account)
    expect(login?.me.user).toMatchObject({ email: account.email, name: account.name, role: 'DPO', emailConfirmed: false })
    expect((await enter(slug, account)).login?.me.user.id).toBe(login?.me.user.id)
    const rows = await server.sql('select 1 from memberships where tenant_id = $1', [owner.tenantId])
    expect(rows).toHaveLength(2)
    expect((await server.call('POST', '/api/auth/login', { body: { email: account.email, password: PASSWORD } })).status).toBe(401)
  })

  test('a newcomer in several tabs at once becomes one member, and every tab is in', async () => {
    const { owner, slug } = await company()
    const account = person()
    const ends = await Promise.all(Array.from({ length: 4 }, () => enter(slug, account)))
    expect(new Set(ends.map((e) => e.login?.me.user.id)).size).toBe(1)
    expect(ends.every((e) => e.login !== undefined)).toBe(true)
    expect(await server.sql('select 1 from memberships where tenant_id = $1', [owner.tenantId])).toHaveLength(2)
  })

  test.each([
    ['an address that is not verified', { email_verified: false }, {}, 'sso_email'],
    ['no address at all', { email: undefined }, {}, 'sso_email'],
    ['another domain', { email: 'eu@outra.example' }, {}, 'sso_refused'],
    ['a domain that only looks alike', { email: 'eu@empresa.example.evil.example' }, {}, 'sso_refused'],
    ['nobody of the team, where nobody joins by themselves', {}, { newcomerRole: null }, 'sso_refused'],
  ])('not %s', async (_, account, settings, problem) => {
    const { owner, slug } = await company(settings)
    const { end, login } = await enter(slug, person(account))
    expect([end.pathname, problemOf(end), login]).toEqual(['/entrar', problem, undefined])
    expect(await reasons(owner)).toEqual([problem])
  })

  test('not who was deactivated, nor anybody of a suspended company, nor more than the plan holds', async () => {
    const { owner, slug } = await company()
    const account = person()
    const { login } = await enter(slug, account)
    await server.call('PATCH', `/api/users/${login?.me.user.id}`, { token: owner.token, body: { active: false } })
    expect(problemOf((await enter(slug, account)).end)).toBe('sso_refused')
    await server.sql(
      "with u as (insert into users (id, email, name, password_hash) select gen_random_uuid(), gen_random_uuid() || '@x.example', 'x', 'x' from generate_series(1, 9) returning id) insert into memberships (tenant_id, user_id, role) select $1, id, 'ATTENDANT' from u",
      [owner.tenantId],
    )
    expect(problemOf((await enter(slug, person())).end)).toBe('sso_full')
    await server.sql("update tenants set status = 'SUSPENDED' where id = $1", [owner.tenantId])
    expect(problemOf((await enter(slug, person())).end)).toBe('sso_unknown')
  })

  test('an owner only after linking from inside: an administrator’s provider cannot make anybody one', async () => {
    const { owner, slug } = await company({ domains: [], newcomerRole: null })
    const account = person({ email: owner.email })
    expect(problemOf((await enter(slug, account)).end)).toBe('sso_owner')
    const started = await server.call<{ url: string }>('POST', '/api/auth/sso/link', { token: owner.token })
    const browser = newBrowser()
    const [cookie = ''] = started.headers.getSetCookie()
    browser.cookies(server.url).set('atende_sso', (cookie.split(';')[0] ?? '').replace('atende_sso=', ''))
    const back = await browser.follow(started.body.url, account.sub, stopAtPages)
    expect(`${back.pathname}${back.search}`).toBe('/configuracoes/login-unico?ligado=1')
    expect((await enter(slug, account)).login?.me.user).toMatchObject({ id: owner.userId, role: 'OWNER' })
    expect((await server.call<SsoState>('GET', '/api/sso', { token: owner.token })).body.linked).toBe(true)
    expect((await server.call('DELETE', '/api/auth/sso/link', { token: owner.token })).status).toBe(204)
    expect(problemOf((await enter(slug, account)).end)).toBe('sso_owner')
  })

  test('nobody of another company by their address: a provider vouches for its own company only', async () => {
    const stranger = await server.register('Alheia')
    const { slug } = await company()
    await server.sql("update users set email = 'chefe.alheio@empresa.example' where id = $1", [stranger.userId])
    const { end } = await enter(slug, person({ email: 'chefe.alheio@empresa.example' }))
    expect(problemOf(end)).toBe('sso_refused')
  })

  test('a login by the provider shows and ends nothing outside of its company', async () => {
    const elsewhere = await server.register('Outra casa')
    const { owner, slug } = await company()
    await server.sql("update users set email = 'dupla@empresa.example' where id = $1", [elsewhere.userId])
    await server.sql("insert into memberships (tenant_id, user_id, role) values ($1, $2, 'ATTENDANT')", [owner.tenantId, elsewhere.userId])
    const { login } = await enter(slug, person({ email: 'dupla@empresa.example' }))
    expect(login?.me.memberships.map((m) => m.tenantId)).toEqual([owner.tenantId])
    expect((await meOf(elsewhere.token)).memberships).toHaveLength(2)
    for (const path of ['sessions/end-others', 'logout-all']) {
      expect((await server.call('POST', `/api/auth/${path}`, { token: login?.accessToken ?? '' })).status).toBe(204)
    }
    expect((await server.call('GET', '/api/auth/me', { token: elsewhere.token })).status).toBe(200)
    expect((await server.call('GET', '/api/auth/me', { token: login?.accessToken ?? '' })).status).toBe(401)
  })
})

describe('the way there and back', () => {
  test('proves itself with state, nonce and PKCE, and leads to our own pages only', async () => {
    const { slug } = await company()
    const browser = newBrowser()
    const start = await browser.get(`${server.url}/api/auth/sso/${slug}/start?voltar=//evil.example`)
    const there = new URL(start.headers.get('location') ?? '')
    const query = Object.fromEntries(there.searchParams)
    expect(there.origin).toBe(idp.issuer)
    expect(query).toMatchObject({ response_type: 'code', code_challenge_method: 'S256', redirect_uri: redirectUri(), scope: 'openid email profile' })
    for (const key of ['state', 'nonce', 'code_challenge']) expect(query[key]?.length).toBeGreaterThan(40)
    const [cookie = ''] = start.headers.getSetCookie()
    expect(cookie).toMatch(/^atende_sso=[\w-]+; Max-Age=600; Path=\/api\/auth\/sso; HttpOnly; SameSite=Lax$/)
    expect(cookie).not.toContain(query.state ?? '-')
    const end = await browser.follow(there.href, person().sub, stopAtPages)
    expect(end.href).toBe(`${server.url}/`)
  })

  test('begins again at the public address, once, when it was opened by another name', async () => {
    const { slug } = await company()
    const elsewhere = server.url.replace('127.0.0.1', 'localhost')
    const first = await fetch(`${elsewhere}/api/auth/sso/${slug}/start?voltar=/contatos`, { redirect: 'manual' })
    expect(first.headers.get('location')).toBe(`${server.url}/api/auth/sso/${slug}/start?voltar=%2Fcontatos&casa=1`)
    const second = await fetch(`${elsewhere}/api/auth/sso/${slug}/start?casa=1`, { redirect: 'manual' })
    expect(second.headers.get('location')).toContain(idp.issuer)
  })

  test('an answer for another browser, one without its cookie, a second use and a changed state are refused', async () => {
    const { slug } = await company()
    const account = person()
    const atCallback = (url: URL) => url.pathname === '/api/auth/sso/callback'
    const back = async (browser: ReturnType<typeof newBrowser>, url: string) =>
      problemOf(new URL((await browser.get(url)).headers.get('location') ?? '', server.url))
    const [mine, theirs] = [newBrowser(), newBrowser()]
    const start = `${server.url}/api/auth/sso/${slug}/start`
    const callback = await mine.follow(start, account.sub, atCallback)
    expect(await back(newBrowser(), callback.href)).toBe('sso_failed')
    await theirs.follow(start, account.sub, atCallback)
    expect(await back(theirs, callback.href)).toBe('sso_failed')
    expect(await back(mine, callback.href)).toBeNull()
    expect(await back(mine, callback.href)).toBe('sso_failed')
    const other = await mine.follow(start, account.sub, atCallback)
    other.searchParams.set('state', 'x'.repeat(43))
    expect(await back(mine, other.href)).toBe('sso_failed')
  })

  test('who cancels at the provider is told so; a cookie that was tampered with counts as none', async () => {
    const { slug } = await company()
    expect(problemOf((await enter(slug, null)).end)).toBe('sso_cancelled')
    const browser = newBrowser()
    const callback = await browser.follow(`${server.url}/api/auth/sso/${slug}/start`, person().sub, (url) => url.pathname.endsWith('/callback'))
    const cookies = browser.cookies(server.url)
    const sealed = cookies.get('atende_sso') ?? ''
    cookies.set('atende_sso', `${sealed.slice(0, 40)}${sealed[40] === 'A' ? 'B' : 'A'}${sealed.slice(41)}`)
    expect((await browser.get(callback.href)).headers.get('location')).toBe('/entrar?erro=sso_failed')
  })

  test('a token with another signature is refused', async () => {
    const { slug } = await company()
    const browser = newBrowser()
    const callback = await browser.follow(`${server.url}/api/auth/sso/${slug}/start`, person().sub, (url) => url.pathname.endsWith('/callback'))
    // The provider's keys, as the client reads them, are no longer those that sign.
    const fake = await startOidcStandIn({ redirectUri, accounts: [] })
    const other = await (await fetch(`${fake.issuer}/jwks`)).text()
    const { outgoing } = server.ctx
    server.ctx.outgoing = {
      ...outgoing,
      fetch: async (input, init) =>
        String(input).endsWith('/jwks') ? new Response(other, { headers: { 'content-type': 'application/json' } }) : outgoing.fetch(input, init),
    }
    try {
      await server.sql('update sso_settings set updated_at = now()')
      expect((await browser.get(callback.href)).headers.get('location')).toBe('/entrar?erro=sso_failed')
    } finally {
      server.ctx.outgoing = outgoing
      await server.sql('update sso_settings set updated_at = now()')
      await fake.stop()
    }
  })

  test('works with a secret in the body and with claims in the token', async () => {
    const other = await startOidcStandIn({ redirectUri, accounts: [], method: 'client_secret_post', claimsInToken: true })
    try {
      const { slug } = await company({ issuer: other.issuer })
      const account = person()
      other.accounts.push(account)
      expect((await enter(slug, account)).login?.me.user.email).toBe(account.email)
      expect(other.seen).not.toContain('/me')
    } finally {
      await other.stop()
    }
  })

  test('every call goes through the one client for outgoing requests', async () => {
    const asked: string[] = []
    const { outgoing } = server.ctx
    server.ctx.outgoing = {
      ...outgoing,
      fetch: (input, init) => {
        asked.push(new URL(String(input)).pathname)
        return outgoing.fetch(input, init)
      },
    }
    try {
      const { slug } = await company()
      expect((await enter(slug, person())).login).toBeDefined()
      expect(asked).toEqual(expect.arrayContaining(['/.well-known/openid-configuration', '/token', '/jwks', '/me']))
    } finally {
      server.ctx.outgoing = outgoing
    }
  })

  test('a provider that is away, and a company without single sign-on, lead back with a reason', async () => {
    const { slug } = await company({ issuer: 'http://127.0.0.1:9/' })
    expect(problemOf((await enter(slug, null)).end)).toBe('sso_unavailable')
    const without = await slugOf(await server.register())
    const off = await company({ enabled: false })
    for (const one of [without, off.slug, 'nunca-existiu']) {
      expect(problemOf((await enter(one, null)).end)).toBe('sso_unknown')
      expect((await server.call('GET', `/api/auth/entry?company=${one}`)).body).toEqual({ mail: true, sso: null })
    }
  })
})

describe('single sign-on only', () => {
  test('passwords are refused but for owners; open sessions by password end; the page is led to the provider', async () => {
    const { owner, slug } = await company()
    const [colleague, admin] = [await joinTenant(server, owner, 'ATTENDANT'), await joinTenant(server, owner, 'ADMIN')]
    await server.sql('update users set email = $2 where id = $1', [colleague.userId, 'so.sso@empresa.example'])
    const bySso = await enter(slug, person({ email: 'so.sso@empresa.example' }))
    expect((await save(admin, { passwordsRefused: true })).status).toBe(200)
    const alive = async (token: string) => (await server.call('GET', '/api/auth/me', { token })).status
    expect([await alive(colleague.token), await alive(admin.token), await alive(owner.token), await alive(bySso.login?.accessToken ?? '')]).toEqual([
      401, 200, 200, 200,
    ])
    const logIn = (email: string, password: string) => server.call('POST', '/api/auth/login', { body: { email, password } })
    expect((await logIn('so.sso@empresa.example', PASSWORD)).body).toMatchObject({
      status: 403,
      code: 'sso_required',
      errors: [{ path: 'company', message: slug }],
    })
    expect((await logIn('so.sso@empresa.example', `${PASSWORD}!`)).body).toMatchObject({ status: 401, code: 'login_failed' })
    expect((await logIn(owner.email, owner.password)).status).toBe(200)
    expect((await server.call('GET', `/api/auth/entry?company=${slug}`)).body).toEqual({
      mail: true,
      sso: { company: slug, label: 'Empresa', passwordsRefused: true },
    })
    const lines = await server.diary("tenant_id = $1 and action = 'session.login' and outcome = 'failure'", [owner.tenantId])
    expect(lines.map((l) => l.details?.reason)).toContain('sso_required')
  })

  test('an invitation makes a member, but opens no session by its password; a reset password opens none either', async () => {
    const { owner, slug } = await company({ passwordsRefused: true })
    const email = `convidada${count}@empresa.example`
    const invited = await server.call<{ link: string }>('POST', '/api/users/invitations', { token: owner.token, body: { email, role: 'ATTENDANT' } })
    const accepted = await server.call('POST', `/api/auth/invitations/${tokenOf(invited.body.link)}/accept`, {
      body: { name: 'Convidada', password: PASSWORD },
    })
    expect(accepted.body).toMatchObject({ code: 'sso_required' })
    expect(accepted.headers.getSetCookie()).toEqual([])
    await server.call('POST', '/api/auth/forgot-password', { body: { email } })
    const mail = await mailTo(server, email, 'nova senha')
    expect(linkIn(mail)).toContain('/redefinir-senha#')
    await server.call('POST', '/api/auth/reset-password', { body: { token: secretIn(mail), password: 'uma terceira senha' } })
    expect((await server.call('POST', '/api/auth/login', { body: { email, password: 'uma terceira senha' } })).body).toMatchObject({ code: 'sso_required' })
    expect((await enter(slug, person({ email }))).login?.me.user.email).toBe(email)
  })
})

describe('settings', () => {
  test('are for who manages the account; the secret is sealed and never shown; each change is in the diary', async () => {
    const { owner } = await company()
    const attendant = await joinTenant(server, owner, 'SUPERVISOR')
    for (const [method, url] of [
      ['GET', '/api/sso'],
      ['PUT', '/api/sso'],
      ['DELETE', '/api/sso'],
      ['POST', '/api/sso/test'],
      ['POST', '/api/auth/sso/link'],
    ] as const) {
      expect([url, (await server.call(method, url, { token: attendant.token, ...(method === 'GET' ? {} : { body: base() }) })).status]).toEqual([url, 403])
    }
    const state = await server.call('GET', '/api/sso', { token: owner.token })
    expect(JSON.stringify(state.body)).not.toContain(CLIENT.clientSecret)
    const [row] = await server.sql<{ sealed: Buffer }>('select client_secret_enc as sealed from sso_settings where tenant_id = $1', [owner.tenantId])
    expect(row?.sealed.includes(CLIENT.clientSecret)).toBe(false)
    const lines = await server.diary("tenant_id = $1 and action = 'sso.update'", [owner.tenantId])
    expect(lines).toHaveLength(1)
    expect(JSON.stringify(lines)).not.toContain(CLIENT.clientSecret)
  })

  test('keep the secret with its provider only, and never give a newcomer the keys of the house', async () => {
    const { owner } = await company()
    expect((await save(owner, { clientSecret: undefined, label: 'Nova' })).body.settings?.label).toBe('Nova')
    const moved = await save(owner, { clientSecret: undefined, issuer: 'https://login.evil.example' })
    expect(moved.body).toMatchObject({ code: 'validation_failed', errors: [{ path: 'clientSecret' }] })
    for (const newcomerRole of ['OWNER', 'ADMIN', 'SUPER_ADMIN']) expect((await save(owner, { newcomerRole })).status).toBe(400)
    expect((await save(owner, { domains: [] })).body).toMatchObject({ errors: [{ path: 'domains' }] })
    expect((await save(owner, { enabled: false, passwordsRefused: true })).status).toBe(400)
    await expect(server.sql("update sso_settings set newcomer_role = 'OWNER'")).rejects.toThrow(/check/)
  })

  test('a test says what is wrong with a provider', async () => {
    const { owner } = await company()
    const ask = async (issuer: string) => (await server.call<{ outcome: string }>('POST', '/api/sso/test', { token: owner.token, body: { issuer } })).body
    expect(await ask(idp.issuer)).toEqual({ outcome: 'ok', issuer: idp.issuer, authorizationHost: new URL(idp.issuer).host })
    expect((await ask('http://127.0.0.1:9')).outcome).toBe('unreachable')
    expect((await ask(server.url)).outcome).toBe('unreachable')
    expect((await ask('http://login.example.com')).outcome).toBe('insecure')
  })

  test('removed, nobody comes in that way any more, and passwords count again', async () => {
    const { owner, slug } = await company({ passwordsRefused: true })
    const account = person()
    await enter(slug, account)
    expect((await server.call('DELETE', '/api/sso', { token: owner.token })).status).toBe(204)
    expect(problemOf((await enter(slug, account)).end)).toBe('sso_unknown')
    expect(await server.sql('select 1 from sso_identities where tenant_id = $1', [owner.tenantId])).toEqual([])
  })
})
