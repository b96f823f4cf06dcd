import path from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO } from '../packages/server/src/demo/demo-data.ts'
import { seedDemo } from '../packages/server/src/demo/seed-demo.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'
import { accessibilityFaults, logIn, SHOTS, type Stage, setStage } from './stage.ts'

let stage: Stage
let channelId = ''

beforeAll(async () => {
  stage = await setStage()
  const { server, emulator } = stage
  const made = await seedDemo(server.ctx, { ...emulator.defaults, graphUrl: emulator.graphUrl })
  channelId = made?.channelId ?? ''
  const { phoneNumberId, verifyToken } = emulator.defaults
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${server.url}/webhooks/whatsapp`, verifyToken })
  if (process.env.SCREENSHOTS) await takePicture()
  await fillAccount()
})

/** The picture of the README, on a quiet day: `SCREENSHOTS=1 npm test -- --only e2e` takes a new one. */
async function takePicture(): Promise<void> {
  const page = await stage.open(`${stage.server.url}/entrar`)
  await logIn(page, { email: DEMO.owner.email, password: DEMO.password })
  await openRafael(page)
  await page.screenshot({ animations: 'disabled', path: path.resolve(import.meta.dirname, '../docs/images/inbox.png') })
  await page.context().close()
}

async function openRafael(page: Page): Promise<void> {
  await page.goto(`${stage.server.url}/conversas?view=all`)
  await page.getByText('Rafael Menezes').first().click()
  await page.getByText('Bom dia, Rafael! Aceitamos sim').last().waitFor()
  await page.waitForTimeout(500)
}

/** Templates, a notice and a delivered answer, so that the pages about them have something to show. */
async function fillAccount(): Promise<void> {
  const { server, emulator } = stage
  const { body } = await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: { email: DEMO.owner.email, password: DEMO.password } })
  const token = body.accessToken
  for (const name of ['Loja virtual', 'Planilha do financeiro que alguém fez há muito tempo e ninguém sabe'])
    await server.call('POST', '/api/api-keys', { token, body: { name, scopes: ['contacts.read', 'conversations.read', 'messages.send'], days: null } })
  await server.call('POST', '/api/roles', { token, body: { name: 'Estagiária que só lê', permissions: ['conversations.read', 'contacts.read'] } })
  const parts = { header: null, footer: null, buttons: [], cards: null, auth: null, offer: null }
  const text = 'Olá {{1}}, seu check-in é {{2}}. Esperamos por você.'
  const variables = [
    { name: '1', example: 'Ana' },
    { name: '2', example: 'sexta' },
  ]
  const draft = { channelId, name: 'lembrete_checkin', language: 'pt_BR', category: 'UTILITY', parts: { ...parts, body: text, variables } }
  const made = await server.call('POST', '/api/templates', { token, body: draft })
  expect([made.status, made.body]).toMatchObject([201, { name: draft.name }])
  expect((await server.call('POST', `/api/channels/${channelId}/test`, { token })).status).toBe(200)
  emulator.control.changePlatform(emulator.defaults.phoneNumberId, { quality: 'RED', standing: 'restricted', standingDays: 3 })
  await eventually(async () => (await server.sql('select 1 from notices')).length > 0)
  emulator.control.sendAs('5521987650011', { type: 'text', text: { body: 'Ainda tem vaga?' } }, { name: 'Rafael Menezes' })
}
afterAll(() => stage.close())

const SCREENS: [name: string, path: string, says: string][] = [
  ['inbox', '/conversas?view=all', 'Rafael Menezes'],
  ['contacts', '/contatos', 'Juliana Castro'],
  ['settings', '/configuracoes', 'Configurações'],
  ['profile', '/configuracoes/perfil', 'Helena Prado'],
  ['team', '/configuracoes/equipe', 'Camila Nunes'],
  ['roles', '/configuracoes/papeis', 'A tabela inteira'],
  ['api-keys', '/configuracoes/chaves-de-api', 'Loja virtual'],
  ['channels', '/configuracoes/canais', 'WhatsApp da recepção'],
  ['tags', '/configuracoes/etiquetas', 'Etiquetas'],
  ['company', '/configuracoes/empresa', 'Pousada Recanto do Mar'],
  ['sso', '/configuracoes/login-unico', 'Ainda não configurado'],
  ['forgot', '/esqueci-a-senha', 'Esqueceu a senha?'],
  ['reset', '/redefinir-senha#segredo', 'Crie uma nova senha'],
  ['confirm', '/confirmar-email#segredo', 'Falta um clique'],
  ['events', '/configuracoes/eventos', 'Eventos'],
  ['security', '/configuracoes/seguranca', 'Exigir segundo fator'],
  ['channel', '/configuracoes/canais/:channel', 'Saúde do número'],
  ['templates', '/configuracoes/modelos', 'lembrete'],
  ['new-template', '/configuracoes/modelos/novo', 'Como chega no celular'],
  ['usage', '/configuracoes/uso', 'Estimativa'],
  ['notices', '/avisos', 'O WhatsApp limitou'],
]

const attach = async (page: Page, what: string) => {
  await page.getByRole('button', { name: 'Anexar' }).click()
  await page.getByRole('menuitem', { name: what }).click()
  await page.getByRole('dialog').waitFor()
}
const open = async (page: Page, button: string) => {
  await page.getByRole('button', { name: button, exact: true }).click()
  await page.getByRole('dialog').waitFor()
}
const openInteractive = async (page: Page, what: string) => {
  await page.getByRole('button', { name: 'Mensagem com botões' }).click()
  await page.getByRole('menuitem', { name: what }).click()
  await page.getByRole('dialog').waitFor()
}
/** What opens over a conversation, each closed again by Escape. */
const OVER_IT: [what: string, show: (page: Page) => Promise<void>][] = [
  ['the emoji', (page) => page.getByRole('button', { name: 'Emoji' }).click()],
  ['the attachments', (page) => page.getByRole('button', { name: 'Anexar' }).click()],
  ['a location', (page) => attach(page, 'Localização')],
  ['a contact', (page) => attach(page, 'Contato')],
  ['the templates', (page) => open(page, 'Modelo')],
  ['buttons', (page) => openInteractive(page, 'Botões de resposta')],
  ['a list', (page) => openInteractive(page, 'Lista de opções')],
  ['a carousel', (page) => openInteractive(page, 'Carrossel')],
  ['the assignment', (page) => page.getByRole('button', { name: /Quem atende/ }).click()],
  ['more actions', (page) => page.getByRole('button', { name: 'Mais ações' }).click()],
  [
    'the shortcuts',
    async (page) => {
      await page.getByRole('log').focus()
      await page.keyboard.press('?')
    },
  ],
]

const VARIANTS = [
  { name: 'wide-light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'wide-dark', viewport: { width: 1440, height: 900 }, colorScheme: 'dark' },
  { name: 'phone-light', viewport: { width: 390, height: 844 }, colorScheme: 'light' },
] as const

describe.each(VARIANTS)('screens, $name', ({ name, viewport, colorScheme }) => {
  let page: Page

  it('login has no serious fault of accessibility', async () => {
    page = await stage.open(`${stage.server.url}/entrar`, { viewport, colorScheme })
    await page.getByLabel('E-mail').waitFor()
    expect(await accessibilityFaults(page)).toEqual([])
    await logIn(page, { email: DEMO.owner.email, password: DEMO.password })
  })

  it.each(SCREENS)('%s', async (screen, address, says) => {
    await page.goto(stage.server.url + address.replace(':channel', channelId))
    await page.getByText(says).first().waitFor()
    await page.waitForTimeout(400)
    await page.screenshot({ path: path.join(SHOTS, `${name}-${screen}.png`) })
    expect(await accessibilityFaults(page)).toEqual([])
    // Nothing may stick out sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  })

  it('a conversation', async () => {
    await openRafael(page)
    await page.screenshot({ path: path.join(SHOTS, `${name}-conversation.png`) })
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('stands on the composer, however short it is, and calls people by readable phones', async () => {
    const log = await page.getByRole('log').boundingBox()
    const last = await page.locator('[data-message]').last().boundingBox()
    if (!log || !last) throw new Error('nothing is shown')
    expect(log.y + log.height - (last.y + last.height)).toBeLessThan(60)
    await page.getByText('+55 21 98765-0011').first().waitFor()
  })

  it.each(OVER_IT)('%s over it', async (what, show) => {
    await show(page)
    await page.waitForTimeout(300)
    expect(await accessibilityFaults(page)).toEqual([])
    await page.screenshot({ animations: 'disabled', path: path.join(SHOTS, `${name}-over-${what.replaceAll(' ', '-')}.png`) })
    await page.keyboard.press('Escape')
    await page.waitForTimeout(200)
  })
})

describe('the browser', () => {
  it('found no error and no breach of the content security policy on any page', () => {
    expect(stage.faults).toEqual([])
  })

  it('asked nobody but us', async () => {
    const page = await stage.open('about:blank')
    const foreign: string[] = []
    page.on('request', (r) => {
      if (!r.url().startsWith(stage.server.url) && !/^(data|blob|about):/.test(r.url())) foreign.push(r.url())
    })
    await page.goto(`${stage.server.url}/entrar`)
    await logIn(page, { email: DEMO.owner.email, password: DEMO.password })
    await page.getByText('Rafael Menezes').first().click()
    await page.waitForTimeout(500)
    expect(foreign).toEqual([])
  })

  it('an attendant is not shown what the role may not do', async () => {
    const page = await stage.open(`${stage.server.url}/entrar`)
    await logIn(page, { email: DEMO.attendants[0].email, password: DEMO.password })
    await page.goto(`${stage.server.url}/configuracoes/eventos`)
    await page.getByText('Esta página não é do seu perfil').first().waitFor()
    await page.goto(`${stage.server.url}/configuracoes/equipe`)
    await page.getByText('Camila Nunes').first().waitFor()
    expect(await page.getByRole('button', { name: 'Convidar' }).count()).toBe(0)
  })

  it('keeps the session over a reload, and a second tab does not end it', async () => {
    const page = await stage.open(`${stage.server.url}/entrar`)
    await logIn(page, { email: DEMO.attendants[1].email, password: DEMO.password })
    const twin = await page.context().newPage()
    await Promise.all([page.reload(), twin.goto(`${stage.server.url}/contatos`)])
    await twin.getByText('Juliana Castro').first().waitFor()
    await page.getByText('Conversas').first().waitFor()
    expect(page.url()).toContain('/conversas')
  })

  it('in English too', async () => {
    const page = await stage.open(`${stage.server.url}/entrar`)
    await logIn(page, { email: DEMO.attendants[1].email, password: DEMO.password })
    const { body } = await stage.server.call<{ accessToken: string }>('POST', '/api/auth/login', {
      body: { email: DEMO.attendants[1].email, password: DEMO.password },
    })
    await stage.server.call('PATCH', '/api/auth/me', { token: body.accessToken, body: { locale: 'en' } })
    await page.goto(`${stage.server.url}/conversas?view=all`)
    await page.getByText('Conversations').first().waitFor()
    await page.screenshot({ path: path.join(SHOTS, 'english-inbox.png') })
  })
})
