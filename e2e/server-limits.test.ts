import path from 'node:path'
import { source as AXE } from 'axe-core'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { DEMO } from '../packages/server/src/demo/demo-data.ts'
import { seedDemo } from '../packages/server/src/demo/seed-demo.ts'
import { ensureSuperAdmin } from '../packages/server/src/features/tenants/super-admin.ts'
import { SHOTS, type Stage, setStage } from './stage.ts'

const OPERATOR = { email: 'root@example.com', password: 'uma senha bem longa' }
let stage: Stage
beforeAll(async () => {
  stage = await setStage({
    RATE_LIMIT_PUBLIC: '40',
    RATE_LIMIT_SESSION: '600',
    RATE_LIMIT_SEND: '30',
    TRUSTED_PROXIES: '127.0.0.1',
    IP_BLOCK_LIST: '192.0.2.66',
    IP_ALLOW_LIST: '127.0.0.1',
  })
  await ensureSuperAdmin(stage.server.database.ownerUrl, OPERATOR.email, OPERATOR.password)
})
afterAll(() => stage.close())

const flood = (ip: string) =>
  Promise.all(Array.from({ length: 70 }, () => stage.server.call('GET', '/api/openapi.json', { headers: { 'x-forwarded-for': ip } })))

async function enter(page: Page, who: { email: string; password: string }): Promise<void> {
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Senha', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Entrar' }).click()
}

const VARIANTS = [
  { name: 'wide-light', viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  { name: 'phone-dark', viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
] as const

describe.each(VARIANTS)('the operator’s page of limits, $name', ({ name, viewport, colorScheme }) => {
  it('shows who waits, lets go, and keeps lists', async () => {
    const page = await stage.open(`${stage.server.url}/entrar`, { viewport, colorScheme })
    await enter(page, OPERATOR)
    await page.getByText('Limites e bloqueios').click()
    await page.getByRole('heading', { name: 'Limites e bloqueios' }).waitFor()
    await page.getByText('Ninguém bloqueado').waitFor()
    await page.screenshot({ fullPage: true, path: path.join(SHOTS, `${name}-server-limits-empty.png`) })

    await flood('203.0.113.77')
    await page.reload()
    await page.getByText('203.0.113.77').waitFor()
    expect(stage.server.ctx.addresses.bannedSeconds('public', '203.0.113.77')).toBeGreaterThan(0)

    const block = page.locator('section', { has: page.getByRole('heading', { name: 'Sempre bloqueados' }) })
    await block.getByLabel('Endereço ou faixa').fill('198.51.100.9/24')
    await block.getByLabel('De quem é').fill('varredura de ontem')
    await block.getByRole('button', { name: 'Incluir' }).click()
    await block.getByText('198.51.100.0/24').waitFor()
    expect((await stage.server.call('GET', '/alive', { headers: { 'x-forwarded-for': '198.51.100.3' } })).status).toBe(403)
    await block.getByLabel('Endereço ou faixa').fill('127.0.0.0/8')
    await block.getByRole('button', { name: 'Incluir' }).click()
    await block.getByText(/você ficaria de fora/).waitFor()
    await page.screenshot({ path: path.join(SHOTS, `${name}-server-limits.png`) })
    await block.scrollIntoViewIfNeeded()
    await page.screenshot({ path: path.join(SHOTS, `${name}-server-limits-lists.png`) })
    await page.evaluate(AXE)
    const result = await page.evaluate<{ violations: { id: string; impact: string }[] }>('axe.run()')
    expect(result.violations.filter((v) => ['serious', 'critical'].includes(v.impact))).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)

    await block.getByRole('button', { name: 'Retirar 198.51.100.0/24' }).click()
    await block.getByText('198.51.100.0/24').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: 'Liberar 203.0.113.77' }).click()
    await page.getByText('Ninguém bloqueado').waitFor()
    expect(stage.server.ctx.addresses.bans()).toEqual([])
    await page.context().close()
  })
})

it('working with the usual figures, the interface asks little and is never refused', async () => {
  const { server, emulator } = stage
  await seedDemo(server.ctx, { ...emulator.defaults, graphUrl: emulator.graphUrl })
  const page = await stage.open(`${server.url}/entrar`)
  const asked: string[] = []
  page.on('response', (r) => {
    if (r.request().headers().authorization && new URL(r.url()).pathname.startsWith('/api/')) asked.push(`${r.status()} ${r.url()}`)
  })
  await enter(page, { email: DEMO.owner.email, password: DEMO.password })
  await page.waitForURL(/conversas|comecar/)
  await page.goto(`${server.url}/conversas?view=all`)
  const rows = page.locator('a[href*="/conversas/"]')
  await rows.first().waitFor()
  const before = asked.length
  const opened = await rows.all()
  for (const row of opened) {
    await row.click()
    await page.getByRole('log').waitFor()
    await page.waitForTimeout(500)
  }
  expect(opened.length).toBeGreaterThan(2)
  // Ten a conversation would leave room for sixty a minute within the limit of a person.
  expect((asked.length - before) / opened.length).toBeLessThan(10)
  expect(asked.filter((a) => a.startsWith('429'))).toEqual([])
  await page.context().close()
})

it('who attends does not see it', async () => {
  const owner = await stage.server.register()
  const page = await stage.open(`${stage.server.url}/entrar`)
  await enter(page, owner)
  await page.waitForURL(/conversas|comecar/)
  await page.goto(`${stage.server.url}/configuracoes`)
  await page.getByText('Perfil').first().waitFor()
  expect(await page.getByText('Limites e bloqueios').count()).toBe(0)
  await page.goto(`${stage.server.url}/servidor/limites`)
  await page
    .getByText(/não permite|perfil/i)
    .first()
    .waitFor()
  expect(await page.getByText('Esperando agora').count()).toBe(0)
  await page.context().close()
})
