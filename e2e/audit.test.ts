import { readFileSync } from 'node:fs'
import path from 'node:path'
import { source as AXE } from 'axe-core'
import type { BrowserContextOptions, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { joinTenant, PASSWORD } from '../packages/server/src/features/access/test-people.ts'
import { makeCheckpoints } from '../packages/server/src/features/audit/checkpoints.ts'
import { SHOTS, type Stage, setStage } from './stage.ts'

const OPERATOR = { email: 'raiz@servidor.example', password: 'uma senha de servidor' }
let stage: Stage
let owner: Awaited<ReturnType<Stage['server']['register']>>
beforeAll(async () => {
  stage = await setStage({ SUPER_ADMIN_EMAIL: OPERATOR.email, SUPER_ADMIN_PASSWORD: OPERATOR.password })
  owner = await stage.server.register('Pousada Recanto do Mar')
  const { token } = owner
  for (let n = 0; n < 45; n++) await stage.server.call('POST', '/api/tags', { token, body: { name: `Etiqueta ${n}`, color: 'teal' } })
  await stage.server.call('PATCH', '/api/tenants/current', { token, body: { name: 'Recanto do Mar', onboarded: true } })
  await stage.server.call('GET', '/api/webhook-events', { token })
  await stage.server.call('POST', '/api/auth/login', { body: { email: owner.email, password: 'não é esta senha' } })
  await makeCheckpoints(stage.server.ctx)
})
afterAll(() => stage.close())

async function openAudit(who: { email: string; password: string }, options: BrowserContextOptions = {}): Promise<Page> {
  const page = await stage.open(`${stage.server.url}/entrar`, options)
  await page.getByLabel(/^E-mail/).fill(who.email)
  await page.getByLabel(/^(Senha|Password)$/).fill(who.password)
  await page.getByRole('button', { name: /^(Entrar|Log in|Sign in)$/ }).click()
  await page.waitForURL(/conversas|comecar|configuracoes/)
  await page.goto(`${stage.server.url}/configuracoes/auditoria`)
  return page
}
const shoot = (page: Page, name: string) => page.screenshot({ animations: 'disabled', fullPage: true, path: path.join(SHOTS, `audit-${name}.png`) })
/** Rows of the list that tell this; the filter's options bear the same words. */
const row = (page: Page, action: string) => page.getByRole('button', { name: new RegExp(`^${action}`) })

async function axe(page: Page): Promise<string[]> {
  await page.evaluate(AXE)
  const found = await page.evaluate(() => (window as unknown as { axe: { run: () => Promise<{ violations: { impact: string; help: string }[] }> } }).axe.run())
  return found.violations.filter((v) => ['serious', 'critical'].includes(v.impact)).map((v) => v.help)
}

test('an owner reads the diary, filters it, looks at a line, verifies it and takes it along', async () => {
  const page = await openAudit(owner)
  await row(page, 'Etiqueta criada').first().waitFor()
  await page.getByText(/Última assinatura/).waitFor()
  expect(await axe(page)).toEqual([])
  await shoot(page, 'list')
  expect(await row(page, 'Etiqueta criada').count()).toBeGreaterThan(10)
  expect(await row(page, 'Consulta').count()).toBe(0)
  await page.getByLabel('Mostrar também consultas administrativas').check()
  await row(page, 'Consulta').first().waitFor()
  await page.getByLabel('Mostrar também consultas administrativas').uncheck()
  await row(page, 'Consulta').first().waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /mais/i }).last().click()
  await row(page, 'Empresa cadastrada').waitFor()

  await page.getByLabel('Resultado').first().click()
  await page.getByRole('option', { name: 'Recusado' }).click()
  await page.waitForURL(/resultado=failure/)
  await row(page, 'Etiqueta criada').first().waitFor({ state: 'detached' })
  await row(page, 'Entrada').click()
  await page.getByText('senha errada').waitFor()
  await page.getByText('127.0.0.1').last().waitFor()
  await shoot(page, 'detail')
  await page.getByRole('button', { name: 'Fechar' }).click()

  await page.getByLabel('De', { exact: true }).fill('2020-01-01')
  await page.getByLabel('Até', { exact: true }).fill('2020-01-02')
  await page.getByText('Nada com estes filtros').waitFor()
  await shoot(page, 'empty')
  await page.getByRole('button', { name: 'Limpar filtros' }).click()
  await row(page, 'Etiqueta criada').first().waitFor()

  await page.getByRole('button', { name: 'Verificar agora' }).click()
  await page.getByText('Tudo como foi escrito').waitFor()
  await shoot(page, 'whole')

  await page.getByRole('button', { name: 'Exportar' }).click()
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Planilha (CSV)' }).click()])
  expect(file.suggestedFilename()).toMatch(/^auditoria-.*\.csv$/)
  expect(readFileSync(await file.path(), 'utf8')).toContain('tag.create')
  await row(page, 'Auditoria exportada').first().waitFor()

  await page.getByRole('button', { name: 'Exportar' }).click()
  await page.getByRole('menuitem', { name: 'Registros de acesso…' }).click()
  await page.getByRole('dialog').getByLabel('De').fill('2026-01-01')
  await page.getByRole('dialog').getByLabel('Até').fill('2099-01-01')
  await page.getByRole('dialog').getByLabel('Motivo').fill('Ofício 12/2026 da 1ª Vara Cível')
  await shoot(page, 'access-records')
  const [records] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Baixar', exact: true }).click()])
  expect(readFileSync(await records.path(), 'utf8')).toContain('127.0.0.1')
  await row(page, 'Registros de acesso exportados').first().waitFor()
  await page.context().close()
})

test('on a phone, in the dark; what was tampered with is said where it stands', async () => {
  const phone = { viewport: { width: 390, height: 844 }, colorScheme: 'dark' as const }
  const page = await openAudit(owner, phone)
  await row(page, 'Etiqueta criada').first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390)
  await shoot(page, 'phone-dark')
  await stage.server.sql(
    `do $$ begin set local session_replication_role = replica; update audit_logs set action = 'x.y' where tenant_id = '${owner.tenantId}' and seq = 7; end $$`,
  )
  await page.getByRole('button', { name: 'Verificar agora' }).click()
  await page.getByText('A linha 7 foi alterada.').waitFor()
  expect(await axe(page)).toEqual([])
  await shoot(page, 'phone-dark-broken')
  await row(page, 'Etiqueta criada').first().click()
  await page.getByText('Impressão digital', { exact: true }).waitFor()
  await page.waitForTimeout(300)
  await page.screenshot({ path: path.join(SHOTS, 'audit-phone-dark-detail.png') })
  await page.context().close()
})

test('who may not is told so; who runs the server sees its own', async () => {
  const attendant = await joinTenant(stage.server, owner, 'ATTENDANT')
  const page = await openAudit({ email: attendant.email, password: PASSWORD })
  await page.getByRole('heading', { name: 'Auditoria' }).waitFor()
  expect(await page.getByRole('button', { name: 'Exportar' }).count()).toBe(0)
  await shoot(page, 'refused')
  await page.context().close()
  const server = await openAudit(OPERATOR)
  await row(server, 'Entrada').first().waitFor()
  await server.getByText('O que foi feito no servidor').waitFor()
  expect(await server.getByLabel('Pessoa').count()).toBe(0)
  await shoot(server, 'server')
  await server.context().close()
  expect(stage.faults).toEqual([])
})
