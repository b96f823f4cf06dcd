import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO } from '../packages/server/src/demo/demo-data.ts'
import { seedDemo } from '../packages/server/src/demo/seed-demo.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'
import { type Stage, setStage } from './stage.ts'

/**
 * Every page of the web client as the router knows it, visited as owner, as super admin and as nobody, with everything that people
 * write written by an enemy: no breach of the content security policy, no error, and nothing of it becomes markup or a link that runs.
 */
const ADMIN = { email: 'operador@example.com', password: 'a senha do operador 7' }
const EVIL = '<img src=x onerror="window.pwned=1" id=pwned><script id=pwned>window.pwned=1</script>'
const LINK = 'javascript:window.pwned=1//'
const BIDI = '\u202Egpj.exe\u2066'

type Violation = { page: string; directive: string; blocked: string }
/** Not a static import: its JSX is none of this project's. */
const ROUTES = path.resolve(import.meta.dirname, '../packages/web/src/routes.tsx')
const { router }: { router: { routesById: Record<string, { fullPath: string }> } } = await import(ROUTES)

let stage: Stage
const violations: Violation[] = []
const ids: Record<string, string> = {}

async function plant(): Promise<void> {
  const { server, emulator } = stage
  const made = await seedDemo(server.ctx, { ...emulator.defaults, graphUrl: emulator.graphUrl })
  ids.$channelId = made?.channelId ?? ''
  const { phoneNumberId, verifyToken } = emulator.defaults
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${server.url}/webhooks/whatsapp`, verifyToken })
  const { body } = await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: { email: DEMO.owner.email, password: DEMO.password } })
  const token = body.accessToken
  const say = (message: Parameters<typeof emulator.control.sendAs>[1]) => emulator.control.sendAs('5511999990000', message, { name: `${EVIL}${BIDI}` })
  say({
    type: 'text',
    text: { body: `${EVIL} ${LINK} <a href="${LINK}">x</a> *${EVIL}* _${EVIL}_ \`\`\`${EVIL}\`\`\` https://example.com/"onmouseover="window.pwned=1` },
  })
  say({ type: 'location', location: { latitude: -22.9, longitude: -43.2, name: EVIL, address: EVIL, url: LINK } })
  const card = {
    name: { formatted_name: EVIL, first_name: EVIL },
    org: { company: EVIL, title: EVIL },
    urls: [{ url: LINK, type: EVIL }],
    emails: [{ email: `${EVIL}@example.com`, type: 'WORK' }],
    phones: [{ phone: `+55${LINK}`, type: 'CELL' }],
  }
  say({ type: 'contacts', contacts: [card] })
  const read = async <T>(url: string) => (await server.call<{ items: T[] }>('GET', url, { token })).body.items
  const found = await eventually(async () => {
    const list = await read<{ id: string; contact: { id: string; name: string } }>('/api/conversations?status=any')
    const conversation = list.find((c) => c.contact.name.includes('pwned'))
    return conversation && (await read(`/api/messages?conversationId=${conversation.id}`)).length >= 3 ? conversation : undefined
  }, 15_000)
  Object.assign(ids, { $conversationId: found.id, $contactId: found.contact.id })
  const ask = async (method: string, url: string, what: unknown) => {
    const answer = await server.call<{ id?: string }>(method, url, { token, body: what })
    expect([url, answer.status]).toEqual([url, expect.toSatisfy((s: number) => s < 300)])
    return answer.body
  }
  const tag = await ask('POST', '/api/tags', { name: '<b id=pwned>', color: 'teal' })
  await ask('PUT', `/api/conversations/${ids.$conversationId}/tags`, { tagIds: [tag.id] })
  await ask('PATCH', '/api/tenants/current', { name: `<b id=pwned>${BIDI}` })
  await ask('PATCH', '/api/auth/me', { name: `<b id=pwned>${BIDI}` })
  await ask('PATCH', `/api/channels/${ids.$channelId}`, { name: '<b id=pwned>' })
  const parts = {
    header: null,
    body: `Olá {{1}}, ${EVIL} para você.`,
    variables: [{ name: '1', example: EVIL }],
    footer: null,
    buttons: [],
    cards: null,
    auth: null,
    offer: null,
  }
  const template = { channelId: ids.$channelId, name: 'maldoso', language: 'pt_BR', category: 'UTILITY', parts }
  ids.$templateId = (await ask('POST', '/api/templates', template)).id ?? ''
}

/** A page in a context of its own that reports every breach. */
async function visitor(who?: { email: string; password: string }): Promise<Page> {
  const page = await stage.open('about:blank')
  await page.context().exposeBinding('reportBreach', ({ page: at }, breach: Omit<Violation, 'page'>) => void violations.push({ page: at.url(), ...breach }))
  await page.context().addInitScript(() => {
    document.addEventListener('securitypolicyviolation', (e) => {
      const report = Reflect.get(window, 'reportBreach')
      if (typeof report === 'function')
        report({ directive: e.effectiveDirective, blocked: `${e.blockedURI} ${e.sourceFile ?? ''}:${e.lineNumber} ${e.sample}` })
    })
  })
  page.on('dialog', (dialog) => {
    stage.faults.push(`${page.url()}: a dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  if (!who) return page
  await page.goto(`${stage.server.url}/entrar`)
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Senha', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Entrar' }).click()
  await page.waitForURL((url) => url.pathname !== '/entrar')
  return page
}

/** What must not have come of an enemy's words. */
const consequences = (page: Page) =>
  page.evaluate(() => ({
    ran: Reflect.get(window, 'pwned'),
    elements: document.querySelectorAll('#pwned, [onerror], [onmouseover], [onclick], iframe:not([src^="/api/media/"])').length,
    links: [...document.querySelectorAll('a[href], area[href], form[action]')]
      .map((a) => (a.getAttribute('href') ?? a.getAttribute('action') ?? '').trim())
      .filter((to) => /^(javascript|data|vbscript):/i.test(to)),
    styles: document.querySelectorAll('style:not([nonce])').length,
  }))

const paths = [...new Set(Object.values(router.routesById).map((route) => route.fullPath.replace(/(.)\/$/, '$1')))].filter(Boolean)
const address = (page: string) => page.replace(/\$\w+/g, (name) => ids[name] ?? '0198c0de-0000-7000-8000-000000000000')

beforeAll(async () => {
  stage = await setStage({ SUPER_ADMIN_EMAIL: ADMIN.email, SUPER_ADMIN_PASSWORD: ADMIN.password })
  await plant()
})
afterAll(() => stage.close())

it('the router tells its pages', () => {
  expect(paths.length).toBeGreaterThan(15)
  for (const known of ['/entrar', '/conversas/$conversationId', '/configuracoes/modelos/$templateId']) expect(paths).toContain(known)
})

describe.each([
  ['an owner', { email: DEMO.owner.email, password: DEMO.password }],
  ['a super admin', ADMIN],
  ['nobody', undefined],
] as const)('visited by %s', (_, who) => {
  let page: Page
  beforeAll(async () => {
    page = await visitor(who)
  })
  afterAll(() => page.context().close())

  it.each([...paths, '/absent', '/api/docs'])('%s', async (route) => {
    await page.goto(stage.server.url + address(route))
    await page.waitForLoadState('networkidle')
    expect(await consequences(page)).toEqual({ ran: undefined, elements: 0, links: [], styles: 0 })
    expect([violations, stage.faults]).toEqual([[], []])
  })
})

describe('a hostile conversation', () => {
  it('is shown as it was written, also in dialogs, and nothing of it runs', async () => {
    const page = await visitor({ email: DEMO.owner.email, password: DEMO.password })
    await page.goto(`${stage.server.url}${address('/conversas/$conversationId')}`)
    await page.getByText('<script id=pwned>').first().waitFor()
    for (const button of ['Emoji', 'Anexar', 'Modelo', 'Mais ações', 'Mensagem com botões']) {
      await page.getByRole('button', { name: button }).first().click()
      // Some come late, with their own code; an Escape before would close nothing.
      const opened = page.locator('[role="dialog"], [role="menu"]')
      await opened.first().waitFor()
      await page.waitForTimeout(250)
      expect([button, await consequences(page)]).toEqual([button, { ran: undefined, elements: 0, links: [], styles: 0 }])
      await page.keyboard.press('Escape')
      await opened.first().waitFor({ state: 'hidden' })
    }
    expect([violations, stage.faults]).toEqual([[], []])
  })

  it('the policy is alive: what the page itself may not do is blocked and seen', async () => {
    const page = await visitor()
    await page.goto(`${stage.server.url}/entrar`)
    await page.evaluate(() => {
      document.body.insertAdjacentHTML('beforeend', '<p style="color:red">x</p><style>p{color:red}</style>')
      const script = document.createElement('script')
      script.textContent = 'window.pwned = 1'
      document.body.append(script)
      void fetch('https://example.com/').catch(() => undefined)
      try {
        new WebSocket('wss://example.com/')
      } catch {
        // Blocked, as it should be.
      }
    })
    const seen = await eventually(() => (violations.length >= 5 ? violations.splice(0) : undefined))
    expect(new Set(seen.map((v) => v.directive))).toEqual(new Set(['style-src-attr', 'style-src-elem', 'script-src-elem', 'connect-src']))
    expect(await page.evaluate(() => Reflect.get(window, 'pwned'))).toBeUndefined()
  })
})
