import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { beginRun, recordDoctor } from '../packages/server/src/operations/server-runs.ts'
import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'
import { createAuthority } from '../packages/server/src/testing/tls-stand-in.ts'
import { accessibilityFaults, SHOTS, type Stage, setStage } from './stage.ts'

/** The page of whoever runs the server: calm when all is well, plain when something is wrong, honest when nobody answers. */
const OPERATOR = { email: 'operadora@example.com', password: 'uma senha bem longa' }
const JOBS = [uuidv7(), uuidv7()]
const folder = mkdtempSync(path.join(tmpdir(), 'atende-status-'))
const CERTIFICATE_FILE = path.join(folder, 'ended.pem')
let stage: Stage

beforeAll(async () => {
  const authority = createAuthority()
  writeFileSync(CERTIFICATE_FILE, authority.issue('localhost', new Date('2020-04-01T00:00:00Z')).cert)
  authority.remove()
  stage = await setStage({
    SUPER_ADMIN_EMAIL: OPERATOR.email,
    SUPER_ADMIN_PASSWORD: OPERATOR.password,
    ALERT_MINUTE_MS: '200',
    ALERT_EMAILS: 'plantao@example.com',
    ALERT_WHATSAPP_TO: '+5511955554444',
    ALERT_WHATSAPP_TENANT: 'ninguem',
    RUNBOOK_URL: 'https://guias.example.com/runbooks',
    CERTIFICATE_FILE,
  })
  const { server } = stage
  const { db } = server.ctx
  await (await beginRun(db, 'backup', { to: 'disk' })).end('failed', { error: 'disk_full' })
  await (await beginRun(db, 'backup', { to: 's3' })).end('ok', { bytes: 734_003_200, seconds: 41 })
  await (await beginRun(db, 'restore-test')).end('ok')
  await (await beginRun(db, 'update', { to: '0.2.0' })).end('ok')
  await beginRun(db, 'backup')
  await recordDoctor(db, { fail: 2, warn: 1, ids: ['network.dns', 'disk.space', 'machine.memory'] })
  await server.sql(
    `insert into server_processes values ($1, 'worker', 'maquina-de-nome-bem-comprido-no-outro-datacenter-2', 3011, 1, '0.0.9', now() - interval '2 days', now() + interval '1 hour', 212, 50, 0, 0)`,
    [uuidv7()],
  )
  await server.sql(
    `insert into pgboss.job (id, name, data, state, completed_on, created_on, output, retry_limit, retry_count)
     select x, 'media.download', '{}', 'failed', now() - interval '5 minutes', now(), '{"message":"segredo","code":"ECONNRESET"}', 5, 5 from unnest($1::uuid[]) x`,
    [JOBS],
  )
  await server.sql(`insert into server_processes values ($1, 'web', 'maquina-1', 3001, 1, '0.1.0', now(), now() + interval '1 hour', 180, 50, 0, 0)`, [
    uuidv7(),
  ])
  // At once: days have one beginning.
  await server.sql(
    `insert into server_disks (host, mount, day, used_mib, free_mib) select 'maquina-1', 'logs', current_date - n, 50000 - n * 5000, 20000 from generate_series(0, 5) n`,
  )
})
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true })
  await stage.close()
})

async function enter(address: string, who: { email: string; password: string }, options: Parameters<Stage['open']>[1] = {}) {
  const page = await stage.open(`${stage.server.url}/entrar`, options)
  await page.getByLabel('E-mail').fill(who.email)
  await page.getByLabel('Senha', { exact: true }).fill(who.password)
  await page.getByRole('button', { name: 'Entrar' }).click()
  await page.waitForURL(/conversas|comecar|configuracoes/)
  await page.goto(`${stage.server.url}${address}`)
  return page
}

const SIZES = {
  'desk-light': { viewport: { width: 1440, height: 900 }, colorScheme: 'light' },
  'phone-dark': { viewport: { width: 390, height: 844 }, colorScheme: 'dark' },
} as const

it.each(Object.entries(SIZES))('shows how the server is: %s', async (name, options) => {
  const page = await enter('/servidor', OPERATOR, options)
  await page.getByRole('heading', { name: 'Situação do servidor' }).waitFor()
  await page.getByText('O certificado venceu há').first().waitFor()
  await page.getByText('Nesse ritmo, enche em 4 dias.').waitFor()
  await page.getByText('Falta dizer de qual empresa é o número').waitFor()
  await page.getByText('700 MB').first().waitFor()
  await page.getByText('2 coisas erradas, 1 para olhar').waitFor()
  const guide = page.getByRole('link', { name: 'deploy/runbooks/certificate.pt-BR.md' })
  expect(await guide.first().getAttribute('href')).toBe('https://guias.example.com/runbooks/certificate.pt-BR.md')
  const mail = await eventually(() => stage.server.ctx.mail.kept().find((m) => m.subject.includes('O certificado venceu')))
  expect(mail.html).toContain('<a href="https://guias.example.com/runbooks/certificate.pt-BR.md"')
  await page.getByText('Há versões diferentes rodando').waitFor()
  expect(await page.getByText('segredo').count()).toBe(0)
  // Each check of the server has a name that people know.
  const { checks } = (await (await fetch(`${stage.server.url}/health`)).json()) as { checks: Record<string, unknown> }
  for (const check of Object.keys(checks)) expect([check, await page.getByText(check, { exact: true }).count()]).toEqual([check, 0])
  await page.screenshot({ path: path.join(SHOTS, `${name}-server-status.png`) })
  for (const [part, heading] of Object.entries({
    alerts: 'Alertas',
    doctor: 'Exame diário',
    components: 'Componentes',
    processes: 'Processos',
    backups: 'Backups',
    jobs: 'Tarefas em segundo plano',
  })) {
    await page.getByRole('heading', { name: heading }).scrollIntoViewIfNeeded()
    await page.getByRole('heading', { name: heading }).evaluate((h) => h.scrollIntoView({ block: 'start' }))
    await page.screenshot({ path: path.join(SHOTS, `${name}-server-status-${part}.png`) })
  }
  expect(await accessibilityFaults(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0)
  await page.context().close()
})

it('failed jobs run again, a test goes out, and the page follows by itself', async () => {
  const page = await enter('/servidor', OPERATOR)
  await page.getByRole('button', { name: 'Repetir todas' }).click()
  await page.getByText('2 tarefas voltaram para a fila.').waitFor()
  await page.getByRole('button', { name: 'Enviar um teste' }).click()
  await page.getByText('O teste não saiu por WhatsApp.').waitFor()
  const test = await eventually(() => stage.server.ctx.mail.kept().find((m) => m.subject.includes('Teste de alerta')))
  expect(test.to).toBe('plantao@example.com')
  await stage.server.sql(`insert into server_processes values ($1, 'web', 'maquina-nova', 3002, 1, '0.1.0', now(), now() + interval '1 hour', 90, 50, 0, 0)`, [
    uuidv7(),
  ])
  await page.getByText('maquina-nova:3002').waitFor()
  // The diary tells it once, however often the page looks.
  const looks = await stage.server.diary(`action = 'admin.call' and tenant_id is null`)
  expect(looks.filter((l) => JSON.stringify(l).includes('/api/admin/status')).length).toBeLessThan(5)
  await page.getByRole('link', { name: 'Limites', exact: true }).click()
  await page.getByRole('heading', { name: 'Limites e bloqueios' }).waitFor()
  await page.context().close()
})

it('when nobody answers, what was known stays, with its time', async () => {
  const page = await enter('/servidor', OPERATOR)
  await page.getByText('Componentes').waitFor()
  await page.route('**/api/admin/status', (route) => route.abort('connectionrefused'))
  await page.getByText('O servidor não responde').waitFor()
  await page.getByText('Banco de dados').first().waitFor()
  await page.screenshot({ path: path.join(SHOTS, 'server-status-silent.png') })
  await page.unroute('**/api/admin/status')
  await page.getByText('O servidor não responde').waitFor({ state: 'detached' })
  await page.context().close()
})

it('loading, an error from the start, and who may not', async () => {
  const page = await enter('/configuracoes', OPERATOR)
  await page.route('**/api/admin/status', async (route) => {
    await new Promise((r) => setTimeout(r, 1500))
    await route.fulfill({
      status: 503,
      contentType: 'application/problem+json',
      body: '{"code":"unavailable","title":"x","status":503,"type":"x","requestId":"x"}',
    })
  })
  await page.goto(`${stage.server.url}/servidor`)
  await page
    .getByRole('status', { name: /carregando/i })
    .first()
    .waitFor()
  await page.getByRole('button', { name: /tentar de novo/i }).waitFor()
  await page.screenshot({ path: path.join(SHOTS, 'server-status-error.png') })
  await page.context().close()
  const owner = await stage.server.register()
  const other = await enter('/servidor', owner)
  await other
    .getByText(/não permite|perfil/i)
    .first()
    .waitFor()
  expect(await other.getByText('Componentes').count()).toBe(0)
  await other.context().close()
  stage.faults.splice(0, stage.faults.length, ...stage.faults.filter((f) => !f.includes('503') && !f.includes('net::ERR')))
  expect(stage.faults).toEqual([])
})
