import { spawn } from 'node:child_process'
import path from 'node:path'
import type { ServerStatus } from '@atende/contracts/server-status'
import type { TemplateParts } from '@atende/contracts/templates'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { holdTable } from '../../testing/hold-table.ts'
import { startSlackStandIn } from '../../testing/slack-stand-in.ts'
import { connectEmulator } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { NOTHING } from '../../testing/test-templates.ts'
import { beginRun } from '../server-runs.ts'

vi.setConfig({ testTimeout: 120_000 })

/** Alerts by WhatsApp, through a number of a company of this server; and the command line. */
const OPERATOR = { email: 'operadora@example.com', password: 'uma senha bem longa' }
const PHONE = '5511955554444'
const CLI = path.resolve(import.meta.dirname, '../../cli.ts')
const PARTS: TemplateParts = {
  ...NOTHING,
  body: 'Aviso do servidor: {{1}}. O que fazer: {{2}}. Equipe de plantão.',
  variables: [
    { name: '1', example: 'banco fora' },
    { name: '2', example: 'ligar o banco' },
  ],
}
let server: TestServer
let emulator: Emulator
let slack: Awaited<ReturnType<typeof startSlackStandIn>>
let owner: Awaited<ReturnType<TestServer['register']>>
let channelId = ''
let token = ''
const settings = () => ({
  ALERT_WHATSAPP_TO: '+55 11 95555-4444',
  ALERT_WHATSAPP_TENANT: 'central-de-alertas',
  ALERT_SLACK_URL: slack.url,
  RUNBOOK_URL: 'https://guias.example.com/runbooks/',
})

beforeAll(async () => {
  slack = await startSlackStandIn()
  server = await startTestServer({ SUPER_ADMIN_EMAIL: OPERATOR.email, SUPER_ADMIN_PASSWORD: OPERATOR.password, ALERT_MINUTE_MS: '100', ...settings() })
  owner = await server.register('Central de Alertas')
  await server.sql(`update tenants set slug = 'central-de-alertas' where id = $1`, [owner.tenantId])
  ;({ emulator, channelId } = await connectEmulator(server, owner))
  emulator.control.setScenario({ templateReviewMs: 5 })
  token = (await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: OPERATOR })).body.accessToken
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
  await slack.stop()
})

async function atende(more: Record<string, string>, ...args: string[]) {
  const { appUrl, ownerUrl } = server.database
  const own = { NODE_ENV: 'test', DATABASE_URL: appUrl, DATABASE_OWNER_URL: ownerUrl, ENCRYPTION_KEY: '11'.repeat(32), DATA_DIR: server.home }
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], { env: { ...process.env, ...own, ...settings(), ...more } })
  let [stdout, stderr] = ['', '']
  child.stdout.on('data', (d) => (stdout += d))
  child.stderr.on('data', (d) => (stderr += d))
  const code = await new Promise<number | null>((done) => child.once('close', done))
  return { code, stdout, stderr }
}
const sendTest = async () =>
  (await server.call<{ results: { channel: string; outcome: string; error: string | null }[] }>('POST', '/api/admin/alerts/test', { token })).body
/** Nobody has this number until it got something. */
const onPhone = (): string[] => {
  try {
    return emulator.control.listMessages(PHONE).map((m) => JSON.stringify(m))
  } catch {
    return []
  }
}

test('without the template it says so before anybody needs it', async () => {
  const status = await server.call<ServerStatus>('GET', '/api/admin/status', { token })
  expect(status.body.alerts?.channels).toContainEqual({ channel: 'whatsapp', on: true, okAt: null, triedAt: null, error: 'whatsapp_no_template' })
  expect((await sendTest()).results[2]).toEqual({ channel: 'whatsapp', outcome: 'failed', error: 'whatsapp_no_template' })
  const told = await atende({ ALERT_WHATSAPP_TENANT: 'ninguem' }, 'alerts', 'test')
  expect([told.code, told.stderr]).toEqual([1, expect.stringContaining('whatsapp (whatsapp_no_tenant)')])
})

test('with an approved template it reaches the telephone outside of any window', async () => {
  const body = { channelId, name: 'alerta_servidor', language: 'pt_BR', category: 'UTILITY', parts: PARTS }
  const made = await server.call<{ id: string }>('POST', '/api/templates', { token: owner.token, body })
  expect([made.status, made.body]).toEqual([201, expect.objectContaining({ name: 'alerta_servidor' })])
  await eventually(async () => (await server.call('GET', `/api/templates/${made.body.id}`, { token: owner.token })).body.status === 'APPROVED')
  expect((await sendTest()).results[2]).toEqual({ channel: 'whatsapp', outcome: 'sent', error: null })
  await eventually(() => onPhone().some((m) => m.includes('Teste de alerta') && m.includes('os alertas chegam')))
  // The company sees it as what a program sent, in one conversation.
  await sendTest()
  const chats = await server.call<{ items: unknown[] }>('GET', '/api/conversations?status=any', { token: owner.token })
  expect(chats.body.items).toHaveLength(1)
})

test('one that Meta refuses afterwards is seen', { timeout: 180_000 }, async () => {
  const { db } = server.ctx
  // It says "sent" for as long as nobody says more.
  emulator.control.setScenario({ deliveredMs: 600_000 })
  await (await beginRun(db, 'backup')).end('failed', { error: 'disk_full' })
  await eventually(() => onPhone().some((m) => m.includes('disk_full')), 60_000)
  // Slack makes a link of it.
  await eventually(() => slack.state.texts.some((t) => t.split('\n').includes('https://guias.example.com/runbooks/restore.pt-BR.md')))
  const error = async () => (await server.call<ServerStatus>('GET', '/api/admin/status', { token })).body.alerts?.channels[2]?.error
  await eventually(async () => (await error()) === null)
  await server.sql(`update messages set status = 'failed' where direction = 'out' and id = (select max(id::text)::uuid from messages where direction = 'out')`)
  await eventually(async () => (await error()) === 'whatsapp_failed', 60_000)
  emulator.control.setScenario({ deliveredMs: 5 })
  await (await beginRun(db, 'backup')).end('ok')
  await eventually(() => onPhone().some((m) => m.includes('Resolvido')), 60_000)
  await eventually(async () => (await error()) === null)
})

test('one that was told as failed does not leave later', { timeout: 180_000 }, async () => {
  const queued = async () => (await server.sql<{ n: number }>(`select count(*)::int n from messages where direction = 'out'`))[0]?.n ?? 0
  const before = await queued()
  const release = await holdTable(server.database.superUrl, 'messages')
  expect((await sendTest()).results[2]).toEqual({ channel: 'whatsapp', outcome: 'failed', error: 'whatsapp_failed' })
  await release()
  // The next one comes after what still waited.
  expect((await sendTest()).results[2]).toMatchObject({ outcome: 'sent' })
  expect(await queued()).toBe(before + 1)
})

test('the command line tests and lists', async () => {
  const before = slack.state.texts.length
  const done = await atende({}, 'alerts', 'test', '--json')
  expect([done.code, JSON.parse(done.stdout)]).toEqual([
    0,
    {
      results: [
        { channel: 'email', outcome: 'off', error: null },
        { channel: 'slack', outcome: 'sent', error: null },
        { channel: 'whatsapp', outcome: 'sent', error: null },
      ],
    },
  ])
  expect(slack.state.texts).toHaveLength(before + 1)
  await server.sql(
    `insert into server_alerts (id, code, details, since, last_seen, firing_at) values (gen_random_uuid(), 'redis_down', '{}', now(), now(), now())`,
  )
  const listed = await atende({}, 'alerts', 'list')
  expect(listed.code).toBe(0)
  expect(listed.stdout).toMatch(/^(warning|resolved)\s+redis_down .* Redis does not answer$/m)
  expect(listed.stdout).toMatch(/^whatsapp\s+ok\s+\d{4}-/m)
})
