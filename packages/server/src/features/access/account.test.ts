import { Login, Me } from '@atende/contracts/access'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startSmtpStandIn } from '../../testing/smtp-stand-in.ts'
import { linkIn, mailsTo, mailTo, secretIn } from '../../testing/test-mails.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { joinTenant, PASSWORD } from './test-people.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ NODE_ENV: 'development', LOGIN_LIMIT: '50' })
})
afterAll(() => server.close())

const NEW = 'outra senha bem longa'
const forgot = (email: string) => server.call('POST', '/api/auth/forgot-password', { body: { email } })
const reset = (token: string, password = NEW) => server.call('POST', '/api/auth/reset-password', { body: { token, password } })
const confirm = (token: string) => server.call('POST', '/api/auth/confirm-email', { body: { token } })
const logIn = (email: string, password: string) => server.call('POST', '/api/auth/login', { body: { email, password } })
const me = async (token: string) => Me.parse((await server.call('GET', '/api/auth/me', { token })).body)
const isAlive = async (token: string) => (await server.call('GET', '/api/auth/me', { token })).status === 200
const actions = async (userId: string) =>
  (await server.sql<{ action: string }>('select action from audit_logs where object_id = $1 order by at, id', [userId])).map((l) => l.action)

describe('a forgotten password', () => {
  test('the link sets a new one, once; every session ends; a mail tells of it', async () => {
    const owner = await server.register()
    expect((await forgot(owner.email.toUpperCase())).status).toBe(202)
    const mail = await mailTo(server, owner.email, 'nova senha')
    expect(linkIn(mail)).toMatch(new RegExp(`^${server.url}/redefinir-senha#[\\w-]{43}$`))
    expect(mail.html).toContain(linkIn(mail))
    expect((await reset(secretIn(mail), 'curta')).body).toMatchObject({ code: 'validation_failed' })
    expect((await reset(secretIn(mail))).status).toBe(204)
    expect(await isAlive(owner.token)).toBe(false)
    expect((await logIn(owner.email, owner.password)).status).toBe(401)
    const entered = Login.parse((await logIn(owner.email, NEW)).body)
    expect(entered.me.user.emailConfirmed).toBe(true)
    await mailTo(server, owner.email, 'foi trocada')
    expect((await reset(secretIn(mail))).body).toMatchObject({ status: 410, code: 'link_invalid' })
    expect(await actions(owner.userId)).toEqual(
      ['account.ask_reset', 'account.reset_password', 'session.login', 'session.login'].toSorted((a, b) => a.localeCompare(b)),
    )
  })

  test('of many uses of one link at once, one succeeds', async () => {
    const owner = await server.register()
    await forgot(owner.email)
    const token = secretIn(await mailTo(server, owner.email, 'nova senha'))
    const answers = await Promise.all(Array.from({ length: 6 }, (_, n) => reset(token, `${NEW} ${n}`)))
    expect(answers.map((a) => a.status).sort()).toEqual([204, 410, 410, 410, 410, 410])
  })

  test('a newer link makes the earlier one worthless, an old one ends by itself, and a changed password ends them all', async () => {
    const owner = await server.register()
    await forgot(owner.email)
    const first = await mailTo(server, owner.email, 'nova senha')
    await forgot(owner.email)
    const second = await eventually(() => mailsTo(server, owner.email).find((m) => m.subject.includes('nova senha') && m.id !== first.id))
    expect((await reset(secretIn(first))).status).toBe(410)
    await server.sql("update account_links set expires_at = now() where user_id = $1 and kind = 'reset_password'", [owner.userId])
    expect((await reset(secretIn(second))).status).toBe(410)
    await server.sql("update account_links set expires_at = now() + interval '5 minutes' where user_id = $1", [owner.userId])
    const body = { currentPassword: owner.password, newPassword: NEW }
    expect((await server.call('PATCH', '/api/auth/me', { token: owner.token, body })).status).toBe(200)
    await mailTo(server, owner.email, 'foi trocada')
    expect((await reset(secretIn(second))).status).toBe(410)
  })

  test('unknown addresses, closed companies and a fourth request are answered the same, and get no mail', async () => {
    const owner = await server.register()
    const closed = await server.register()
    await server.sql("update tenants set status = 'SUSPENDED' where id = $1", [closed.tenantId])
    const blank = (a: { status: number; body: unknown; headers: Headers }) => [a.status, a.body, a.headers.get('content-type')]
    const answers = [await forgot('ninguem@example.com'), await forgot(closed.email)]
    for (let n = 0; n < 5; n++) answers.push(await forgot(owner.email))
    expect(new Set(answers.map((a) => JSON.stringify(blank(a)))).size).toBe(1)
    const resets = () => mailsTo(server, owner.email).filter((m) => m.subject.includes('nova senha'))
    await eventually(() => resets().length === 3)
    const [links] = await server.sql<{ n: number }>("select count(*)::int n from account_links where user_id = $1 and kind = 'reset_password'", [owner.userId])
    expect([links?.n, resets().length]).toEqual([3, 3])
    expect([mailsTo(server, 'ninguem@example.com'), mailsTo(server, closed.email).filter((m) => m.subject.includes('nova senha'))]).toEqual([[], []])
  })

  test('the answer does not wait for what is found: a locked person holds up the mail, not the answer', async () => {
    const owner = await server.register()
    const lock = new pg.Client({ connectionString: server.database.superUrl })
    await lock.connect()
    try {
      await lock.query('begin')
      await lock.query('select 1 from users where id = $1 for update', [owner.userId])
      expect((await forgot(owner.email)).status).toBe(202)
      expect(await server.sql("select 1 from account_links where user_id = $1 and kind = 'reset_password'", [owner.userId])).toEqual([])
    } finally {
      await lock.end()
    }
    await mailTo(server, owner.email, 'nova senha')
  })

  test('invented tokens are refused', async () => {
    for (const token of ['x', 'A'.repeat(43), `${'A'.repeat(42)}'`]) expect((await reset(token)).body).toMatchObject({ code: 'link_invalid' })
    expect((await reset('')).status).toBe(400)
  })
})

describe('the own address', () => {
  test('is confirmed by the mail that follows the sign-up; a reset link confirms nothing else', async () => {
    const owner = await server.register()
    expect((await me(owner.token)).user.emailConfirmed).toBe(false)
    const mail = await mailTo(server, owner.email, 'Confirme')
    expect((await reset(secretIn(mail))).status).toBe(410)
    expect((await confirm(secretIn(mail))).body).toEqual({ email: owner.email })
    expect((await me(owner.token)).user.emailConfirmed).toBe(true)
    expect((await confirm(secretIn(mail))).body).toMatchObject({ code: 'link_invalid' })
  })

  test('is mailed again when asked, a few times', async () => {
    const owner = await server.register()
    const again = () => server.call('POST', '/api/auth/email/confirm-again', { token: owner.token })
    expect([(await again()).status, (await again()).status]).toEqual([202, 202])
    expect((await again()).body).toMatchObject({ code: 'too_many_requests', retryAfter: 900 })
    await eventually(() => mailsTo(server, owner.email).length === 3)
  })

  test('changes by password and a link to the new one; the old one is told, and its reset link is void', async () => {
    const owner = await server.register()
    const next = `novo.${owner.email}`
    const ask = (currentPassword: string) => server.call('POST', '/api/auth/email', { token: owner.token, body: { email: next, currentPassword } })
    expect((await ask('senha errada demais')).body).toMatchObject({ errors: [{ path: 'currentPassword' }] })
    expect((await ask(owner.password)).status).toBe(202)
    await mailTo(server, owner.email, 'Pediram para trocar')
    const mail = await mailTo(server, next, 'Confirme')
    expect((await me(owner.token)).user.email).toBe(owner.email)
    await forgot(owner.email)
    const old = await mailTo(server, owner.email, 'nova senha')
    expect((await confirm(secretIn(mail))).status).toBe(200)
    expect((await me(owner.token)).user).toMatchObject({ email: next, emailConfirmed: true })
    await mailTo(server, owner.email, 'mudou')
    expect((await reset(secretIn(old))).status).toBe(410)
    expect([(await logIn(owner.email, owner.password)).status, (await logIn(next, owner.password)).status]).toEqual([401, 200])
    expect(await actions(owner.userId)).toEqual(expect.arrayContaining(['account.ask_email_change', 'account.change_email']))
  })

  test('cannot become somebody else’s, and asking does not tell that it is', async () => {
    const [owner, other] = [await server.register(), await server.register()]
    const body = { email: other.email, currentPassword: owner.password }
    expect((await server.call('POST', '/api/auth/email', { token: owner.token, body })).status).toBe(202)
    const mail = await eventually(
      () => mailsTo(server, other.email).filter((m) => m.subject.includes('Confirme')).length === 2 && mailsTo(server, other.email)[0],
    )
    expect((await confirm(secretIn(mail))).body).toMatchObject({ code: 'email_taken' })
    expect((await me(owner.token)).user.email).toBe(owner.email)
  })
})

describe('mails', () => {
  test('an invitation goes to the person too, once who invites has confirmed their own address; names cannot be links', async () => {
    const owner = await server.register('Prêmios <b>http://evil.example</b>')
    const invite = (email: string) =>
      server.call<{ mailed: boolean; link: string }>('POST', '/api/users/invitations', { token: owner.token, body: { email, role: 'ATTENDANT' } })
    const early = await invite('cedo@example.com')
    expect(early.body.mailed).toBe(false)
    await confirm(secretIn(await mailTo(server, owner.email, 'Confirme')))
    const made = await invite('colega@example.com')
    expect(made.body.mailed).toBe(true)
    const mail = await mailTo(server, 'colega@example.com', 'Convite')
    expect(linkIn(mail)).toBe(made.body.link)
    expect(`${mail.subject} ${mail.text} ${mail.html}`).not.toMatch(/evil\.example|<b>/)
    expect(mailsTo(server, 'cedo@example.com')).toEqual([])
  })

  test('speak the language of the person', async () => {
    const owner = await server.register()
    await server.call('PATCH', '/api/auth/me', { token: owner.token, body: { locale: 'en' } })
    await forgot(owner.email)
    expect((await mailTo(server, owner.email, 'new password')).html).toContain('<html lang="en">')
  })

  test('links follow our own address, never the Host header', async () => {
    const owner = await server.register()
    await server.call('POST', '/api/auth/forgot-password', { body: { email: owner.email }, headers: { 'x-forwarded-host': 'evil.example' } })
    expect(linkIn(await mailTo(server, owner.email, 'nova senha'))).toContain(server.url)
  })

  test('the queue holds neither address nor link', async () => {
    const owner = await server.register('Quitanda')
    const mail = await mailTo(server, owner.email, 'Confirme')
    const rows = await server.sql<{ data: object }>("select data from pgboss.job where name = 'access.send-mail' and data->>'tenantId' = $1", [owner.tenantId])
    expect(rows).toHaveLength(1)
    const text = JSON.stringify(rows)
    expect([text.includes(owner.email), text.includes(secretIn(mail)), text.includes(Buffer.from(owner.email).toString('base64').slice(0, 20))]).toEqual([
      false,
      false,
      false,
    ])
    const [link] = await server.sql<{ n: number }>("select count(*)::int n from account_links where encode(token_hash, 'escape') = $1", [secretIn(mail)])
    expect(link?.n).toBe(0)
  })

  test('a local page shows them in development, to this machine only', async () => {
    const owner = await server.register('Loja <i>')
    const mail = await mailTo(server, owner.email, 'Confirme')
    const page = await fetch(`${server.url}/debug/mails`)
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(await page.text()).toContain(`<a href="${linkIn(mail)}">`)
  })
})

describe('devices', () => {
  test('all others end at once; the present one stays', async () => {
    const owner = await server.register()
    const other = Login.parse((await logIn(owner.email, owner.password)).body)
    const socket = await server.connect(other.accessToken)
    const closed = new Promise((done) => socket.once('disconnect', done))
    expect((await server.call('POST', '/api/auth/sessions/end-others', { token: owner.token })).status).toBe(204)
    await closed
    expect([await isAlive(owner.token), await isAlive(other.accessToken)]).toEqual([true, false])
  })

  test('a changed password ends the other sessions', async () => {
    const owner = await server.register()
    const person = await joinTenant(server, owner, 'ATTENDANT')
    const other = Login.parse((await logIn(person.email, PASSWORD)).body)
    const body = { currentPassword: PASSWORD, newPassword: NEW }
    expect((await server.call('PATCH', '/api/auth/me', { token: person.token, body })).status).toBe(200)
    expect([await isAlive(person.token), await isAlive(other.accessToken), await isAlive(owner.token)]).toEqual([true, false, true])
  })
})

describe('over SMTP', () => {
  test('a mail leaves with both bodies, and again when the server refused it for a moment', async () => {
    const box = await startSmtpStandIn({ refuseFirst: 1 })
    const mailing = await startTestServer({ SMTP_HOST: '127.0.0.1', SMTP_PORT: String(box.port), MAIL_FROM: 'Atende <nao-responda@example.com>' })
    try {
      const owner = await mailing.register()
      // The second try is due in a while; nobody wants to wait for it here.
      await eventually(async () => {
        const [job] = await mailing.sql<{ state: string }>("select state::text from pgboss.job where name = 'access.send-mail'")
        return job?.state === 'retry'
      })
      await mailing.sql("update pgboss.job set start_after = now() where name = 'access.send-mail' and state = 'retry'")
      const mail = await eventually(() => box.received[0], 15_000)
      expect([mail.from, mail.to]).toEqual(['nao-responda@example.com', [owner.email]])
      expect(mail.raw).toMatch(/multipart\/alternative/)
      expect(box.received).toHaveLength(1)
    } finally {
      await mailing.close()
      await box.stop()
    }
  })

  test.each([
    ['', 0],
    ['?ignoreTLS=true', 1],
  ])('a password is not said over a connection in the clear, unless the address says so (%j)', async (query, said) => {
    const box = await startSmtpStandIn({ refuseFirst: 0, login: true })
    const url = `smtp://atende:segredo-do-correio@127.0.0.1:${box.port}${query}`
    const mailing = await startTestServer({ SMTP_URL: url, MAIL_FROM: 'Atende <nao-responda@example.com>' })
    try {
      await mailing.register()
      await eventually(async () => {
        const [job] = await mailing.sql<{ state: string }>("select state::text from pgboss.job where name = 'access.send-mail'")
        return job?.state === 'retry' || job?.state === 'completed'
      }, 20_000)
      expect([box.passwords.length, box.received.length]).toEqual([said, said])
    } finally {
      await mailing.close()
      await box.stop()
    }
  })

  test('production without it says so, and makes no links that nobody would get', async () => {
    const quiet = await startTestServer({ NODE_ENV: 'production' })
    try {
      const owner = await quiet.register()
      expect((await quiet.call('GET', '/api/auth/entry')).body).toEqual({ mail: false, sso: null })
      for (const email of [owner.email, 'ninguem@example.com']) {
        expect((await quiet.call('POST', '/api/auth/forgot-password', { body: { email } })).body).toMatchObject({ status: 422, code: 'mail_unavailable' })
      }
      const invited = await quiet.call('POST', '/api/users/invitations', { token: owner.token, body: { email: 'c@example.com', role: 'ATTENDANT' } })
      const test = await quiet.call('POST', '/api/sso/test', { token: owner.token, body: { issuer: 'http://127.0.0.1:9' } })
      expect(test.body).toMatchObject({ outcome: 'insecure' })
      expect(invited.body).toMatchObject({ mailed: false, link: expect.stringContaining('/convite/') })
      expect(await quiet.sql("select 1 from pgboss.job where name = 'access.send-mail'")).toEqual([])
    } finally {
      await quiet.close()
    }
  })
})
