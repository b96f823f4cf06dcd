import path from 'node:path'
import { source as AXE } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO } from '../packages/server/src/demo/demo-data.ts'
import { seedDemo } from '../packages/server/src/demo/seed-demo.ts'
import { logIn, SHOTS, type Stage, setStage } from './stage.ts'

let stage: Stage

beforeAll(async () => {
  stage = await setStage()
  await seedDemo(stage.server.ctx, { ...stage.emulator.defaults, graphUrl: stage.emulator.graphUrl })
})
afterAll(() => stage.close())

const SCREENS: [name: string, path: string, says: string][] = [
  ['inbox', '/conversas?view=all', 'Rafael Menezes'],
  ['contacts', '/contatos', 'Juliana Castro'],
  ['settings', '/configuracoes', 'Configurações'],
  ['profile', '/configuracoes/perfil', 'Helena Prado'],
  ['team', '/configuracoes/equipe', 'Camila Nunes'],
  ['channels', '/configuracoes/canais', 'WhatsApp da recepção'],
  ['tags', '/configuracoes/etiquetas', 'Etiquetas'],
  ['company', '/configuracoes/empresa', 'Pousada Recanto do Mar'],
  ['events', '/configuracoes/eventos', 'Eventos'],
]

/** Serious and critical findings, in words. Evaluated by the debugger, so the page's CSP stays as it is. */
async function accessibilityFaults(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const result = await page.evaluate<{ violations: { id: string; impact: string; nodes: { target: string[]; failureSummary: string }[] }[] }>('axe.run()')
  return result.violations
    .filter((v) => v.impact === 'serious' || v.impact === 'critical')
    .flatMap((v) => v.nodes.map((n) => `${v.id}: ${n.target.join(' ')} (${n.failureSummary.split('\n')[1]?.trim()})`))
}

const attach = async (page: Page, what: string) => {
  await page.getByRole('button', { name: 'Anexar' }).click()
  await page.getByRole('menuitem', { name: what }).click()
  await page.getByRole('dialog').waitFor()
}
/** What opens over a conversation, each closed again by Escape. */
const OVER_IT: [what: string, show: (page: Page) => Promise<void>][] = [
  ['the emoji', (page) => page.getByRole('button', { name: 'Emoji' }).click()],
  ['the attachments', (page) => page.getByRole('button', { name: 'Anexar' }).click()],
  ['a location', (page) => attach(page, 'Localização')],
  ['a contact', (page) => attach(page, 'Contato')],
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
    await page.goto(stage.server.url + address)
    await page.getByText(says).first().waitFor()
    await page.waitForTimeout(400)
    await page.screenshot({ path: path.join(SHOTS, `${name}-${screen}.png`) })
    expect(await accessibilityFaults(page)).toEqual([])
    // Nothing may stick out sideways.
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  })

  it('a conversation', async () => {
    await page.goto(`${stage.server.url}/conversas?view=all`)
    await page.getByText('Rafael Menezes').first().click()
    await page.getByText('Bom dia, Rafael! Aceitamos sim').last().waitFor()
    await page.waitForTimeout(500)
    await page.screenshot({ path: path.join(SHOTS, `${name}-conversation.png`) })
    // The picture of the README: `SCREENSHOTS=1 npm test -- --only e2e` takes a new one.
    if (name === 'wide-light' && process.env.SCREENSHOTS) await page.screenshot({ path: path.resolve(import.meta.dirname, '../docs/images/inbox.png') })
    expect(await accessibilityFaults(page)).toEqual([])
  })

  it('stands on the composer, however short it is, and calls people by readable phones', async () => {
    const log = await page.getByRole('log').boundingBox()
    const last = await page.locator('[data-message]').last().boundingBox()
    if (!log || !last) throw new Error('nothing is shown')
    expect(log.y + log.height - (last.y + last.height)).toBeLessThan(60)
    await page.getByText('+55 21 98765-0011').first().waitFor()
  })

  it.each(OVER_IT)('%s over it', async (_what, show) => {
    await show(page)
    await page.waitForTimeout(300)
    expect(await accessibilityFaults(page)).toEqual([])
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
