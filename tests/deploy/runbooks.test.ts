import { chmodSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { eventually } from '../../packages/server/src/testing/test-server.ts'
import { scriptOf } from './runbook-pages.ts'
import { setStage } from './runbook-stage.ts'

/** Each failure is caused on purpose; then exactly what the runbook says is run, and everything must be well again. */
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
let stage: Awaited<ReturnType<typeof setStage>>
let emulator: Emulator
let token = ''
let channelId = ''
const PHONE = '5511955554444'

async function call<T = Record<string, string>>(method: string, where: string, body?: unknown): Promise<{ status: number; body: T }> {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const answer = await fetch(stage.url + where, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as T }
}
const isReady = async () => (await fetch(`${stage.url}/ready`).catch(() => undefined))?.status === 200
const doctor = (only: string) => stage.run(`sudo atende doctor --only ${only}`)
const mend = async (name: string) => {
  const done = await stage.run(scriptOf(name))
  expect(done, done.output).toMatchObject({ code: 0 })
  return done.output
}
const say = (text: string) => emulator.control.sendAs(PHONE, { type: 'text', text: { body: text } })
const conversation = () => eventually(async () => (await call<{ items: { id: string }[] }>('GET', `/api/conversations?q=${PHONE}`)).body.items[0]?.id, 30_000)
const arrived = (n: number) => eventually(async () => Number((await stage.sql("select count(*) n from messages where direction = 'in'"))[0]?.n) >= n, 60_000)

beforeAll(async () => {
  stage = await setStage()
  await stage.restart('atende-web@blue')
  await stage.restart('atende-worker@blue')
  emulator = await startEmulator({ quiet: true, timing: { sentMs: 5, deliveredMs: 10, readMs: 5 } })
  const person = { companyName: 'Recanto', name: 'Helena Prado', email: 'helena@recanto.example', password: 'uma senha bem longa' }
  token = (await call<{ accessToken: string }>('POST', '/api/auth/register', person)).body.accessToken
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  const number = { name: 'Recepção', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }
  channelId = (await call<{ id: string }>('POST', '/api/channels', number)).body.id
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${stage.url}/webhooks/whatsapp`, verifyToken })
  say('oi')
  await conversation()
})
afterAll(async () => {
  await emulator.stop()
  await stage.close()
})

it('the database is down', async () => {
  process.kill(Number(readFileSync(path.join(stage.databaseFolder, 'postmaster.pid'), 'utf8').split('\n')[0]), 'SIGKILL')
  await eventually(async () => !(await isReady()), 20_000)
  expect(await doctor('database')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/database.md') })
  expect(await mend('database')).toContain('All well')
  await eventually(isReady, 20_000)
  say('depois da queda')
  await arrived(2)
})

it('Redis is down', async () => {
  await stage.redis.kill()
  expect(await doctor('redis')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/redis.md') })
  expect(await mend('redis')).toContain('All well')
})

it('messages are stuck: no worker', async () => {
  await stage.end('atende-worker@blue', 'SIGKILL')
  say('alguém aí?')
  await eventually(async () => (await stage.sql('select 1 from webhook_events where processed_at is null')).length > 0)
  await stage.sql("update webhook_events set received_at = now() - interval '20 minutes' where processed_at is null")
  expect(await doctor('deliveries,messages,jobs')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/messages-stuck.md') })
  await mend('messages-stuck')
  await arrived(3)
  expect(await doctor('deliveries,messages,jobs')).toMatchObject({ code: 0, output: expect.stringContaining('All well') })
})

it('a token was revoked', async () => {
  const id = await conversation()
  await call('PATCH', `/api/channels/${channelId}`, { accessToken: 'a-token-that-was-revoked' })
  const sent = await call<{ id: string }>('POST', '/api/messages', {
    conversationId: id,
    clientId: crypto.randomUUID(),
    content: { type: 'text', text: 'já vai' },
  })
  const status = async () => (await call<{ status: string }>('GET', `/api/messages/${sent.body.id}`)).body.status
  await eventually(async () => (await stage.sql('select 1 from send_pace where hold_code is not null')).length > 0, 30_000)
  expect(await doctor('channels.token,channels.state,messages')).toMatchObject({ code: 1, output: expect.stringContaining('stands still') })
  // What the page tells to do at Meta and in Settings › Channels.
  await call('PATCH', `/api/channels/${channelId}`, { accessToken: emulator.defaults.accessToken })
  await eventually(async () => (await status()) === 'delivered', 30_000)
  expect(await mend('token-revoked')).toContain('All well')
})

it('something in front asks WhatsApp for a login', async () => {
  stage.proxy.configure('location /webhooks { return 401; }')
  await stage.proxy.reload()
  expect(await doctor('network.webhook')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/webhook.md') })
  // The operator takes the rule away; the page's commands make it count.
  stage.proxy.configure()
  expect(await mend('webhook')).toContain('All well')
})

it('the certificate has expired', async () => {
  stage.proxy.certify(-2)
  await stage.proxy.reload()
  expect(await doctor('network.certificate')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/certificate.md') })
  expect(await mend('certificate')).toContain('All well')
})

it('a folder is gone', async () => {
  rmSync(stage.at('var/log/atende'), { recursive: true })
  expect(await doctor('disk.folders')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/disk.md') })
  expect(await mend('disk')).toContain('All well')
  expect(existsSync(stage.at('var/log/atende'))).toBe(true)
})

it('it was killed, and left its files', async () => {
  for (const unit of ['atende-web@blue', 'atende-worker@blue']) await stage.end(unit, 'SIGKILL')
  // With a database of its own a server notes where it answers; one that was killed leaves the note.
  writeFileSync(path.join(stage.home, 'running.json'), JSON.stringify({ url: stage.url }))
  expect(await doctor('server')).toMatchObject({ code: 1, output: expect.stringMatching(/no server answers[\s\S]*running\.json/) })
  expect(await mend('start')).toContain('All well')
  expect([await isReady(), existsSync(path.join(stage.home, 'running.json'))]).toEqual([true, false])
})

it('the master key is another one', async () => {
  const file = stage.at('etc/atende/secrets/ENCRYPTION_KEY')
  for (const unit of ['atende-web@blue', 'atende-worker@blue']) await stage.end(unit, 'SIGTERM')
  writeFileSync(file, 'c0ffee11'.repeat(8))
  expect((await stage.run('sudo systemctl restart atende-web@blue')).code).not.toBe(0)
  expect(await doctor('keys')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/lost-master-key.md') })
  await mend('lost-master-key')
  expect(await isReady()).toBe(true)
  expect((await call('GET', `/api/conversations?q=${PHONE}`)).status).toBe(200)
})

it('doors stand open: a role with power, a table without protection, a secret for everybody', async () => {
  await stage.sql('alter role atende_app_atende bypassrls')
  await stage.sql('alter table contacts disable row level security')
  chmodSync(stage.at('etc/atende/secrets/ENCRYPTION_KEY'), 0o644)
  expect(await doctor('database.rls,database.roles,secrets.files')).toMatchObject({ code: 1, output: expect.stringContaining('3 wrong') })
  expect(await mend('personal-data-incident')).toContain('All well')
})
