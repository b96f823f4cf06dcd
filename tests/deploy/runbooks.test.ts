import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { makeKeyPair } from '../../packages/server/src/operations/backup/age-files.ts'
import { eventually } from '../../packages/server/src/testing/test-server.ts'
import { scriptOf } from './runbook-pages.ts'
import { type Stage, setStage } from './runbook-stage.ts'

/** Each failure is caused on purpose; then exactly what the runbook says is run, and everything must be well again. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 })
let stage: Stage
let emulator: Emulator
let token = ''
let channelId = ''
const PHONE = '5511955554444'

async function call<T = Record<string, string>>(method: string, where: string, body?: unknown): Promise<{ status: number; body: T }> {
  const headers = { authorization: `Bearer ${token}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
  const answer = await fetch(stage.url + where, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  return { status: answer.status, body: (await answer.json().catch(() => ({}))) as T }
}
const isReady = () => stage.isReady()
const doctor = (only: string) => stage.run(`sudo atende doctor --only ${only}`)
const mend = async (name: string, holding?: string) => {
  const done = await stage.run(scriptOf(name, holding))
  expect(done, done.output).toMatchObject({ code: 0 })
  return done.output
}
const say = (text: string) => emulator.control.sendAs(PHONE, { type: 'text', text: { body: text } })
const conversation = () => eventually(async () => (await call<{ items: { id: string }[] }>('GET', `/api/conversations?q=${PHONE}`)).body.items[0]?.id, 90_000)
const inbound = async () => Number((await stage.sql("select count(*) n from messages where direction = 'in'"))[0]?.n)
const arrived = (n: number) => eventually(async () => (await inbound()) >= n, 60_000)

beforeAll(async () => {
  stage = await setStage({ more: { BACKUP_RECIPIENT: (await makeKeyPair()).recipient } })
  await stage.start()
  copyFileSync(stage.at('etc/atende/secrets/ENCRYPTION_KEY'), stage.at('media/usb/ENCRYPTION_KEY'))
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
  await emulator?.stop()
  await stage?.close()
})

it('the database is down', async () => {
  process.kill(stage.postmaster(), 'SIGKILL')
  await eventually(async () => !(await isReady()), 60_000)
  expect(await doctor('database')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/database.md') })
  expect(await mend('database')).toContain('All well')
  await eventually(isReady, 60_000)
  const before = await inbound()
  say('depois da queda')
  await arrived(before + 1)
})

const tellRedis = (line: string) =>
  new Promise<string>((done, failed) => {
    const socket = connect(stage.outside.ports.redis, '127.0.0.1', () => socket.write(`${line}\r\n`))
    socket.once('error', failed).once('data', (answer) => {
      socket.destroy()
      done(answer.toString())
    })
  })

it('Redis throws limits away, and then is down', async () => {
  expect(await tellRedis('CONFIG SET maxmemory-policy allkeys-lru')).toContain('OK')
  expect((await doctor('redis')).output).toContain('runbooks/redis.md')
  // Its configuration says the right thing, so that a restart is all.
  await stage.kill('redis-server')
  expect(await doctor('redis')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/redis.md') })
  expect(await mend('redis')).toContain('All well')
})

it('messages are stuck: no worker', async () => {
  await stage.kill('atende-worker@blue')
  const before = await inbound()
  say('alguém aí?')
  await eventually(async () => (await stage.sql('select 1 from webhook_events where processed_at is null')).length > 0)
  await stage.sql("update webhook_events set received_at = now() - interval '20 minutes' where processed_at is null")
  const id = await conversation()
  await stage.sql(
    `insert into pgboss.job (id, name, data, state, completed_on)
    select gen_random_uuid(), 'messages.mark-read', jsonb_build_object('tenantId', id, 'conversationId', $1::text), 'failed', now() from tenants`,
    [id],
  )
  expect(await doctor('deliveries,messages,jobs')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/messages-stuck.md') })
  expect(await mend('messages-stuck')).toContain('mended  jobs.failed')
  await arrived(before + 1)
  await eventually(async () => (await stage.sql("select 1 from pgboss.job where state = 'failed'")).length === 0)
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
  await eventually(async () => (await stage.sql('select 1 from send_pace where hold_code is not null')).length > 0, 90_000)
  expect(await doctor('channels.token,channels.state,messages')).toMatchObject({ code: 1, output: expect.stringContaining('stands still') })
  // What the page tells to do at Meta and in Settings › Channels.
  await call('PATCH', `/api/channels/${channelId}`, { accessToken: emulator.defaults.accessToken })
  await eventually(async () => (await status()) === 'delivered', 90_000)
  expect(await mend('token-revoked')).toContain('All well')
})

it('something in front asks WhatsApp for a login', async () => {
  const { proxy } = stage.outside
  proxy.configure('location /webhooks { return 401; }')
  await proxy.reload()
  expect(await doctor('network.webhook')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/webhook.md') })
  // The operator takes the rule away; the page's commands make it count.
  proxy.configure()
  expect(await mend('webhook')).toContain('All well')
})

it('the certificate has expired', async () => {
  const { proxy } = stage.outside
  proxy.certify(-2)
  await proxy.reload()
  expect(await doctor('network.certificate')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/certificate.md') })
  const mending = mend('certificate')
  await eventually(() => existsSync(stage.at('renew')), 90_000)
  proxy.certify(90)
  rmSync(stage.at('renew'))
  expect(await mending).toContain('All well')
})

it('folders are gone, below those of root', async () => {
  const folder = stage.at('var/backups/atende')
  rmSync(folder, { recursive: true })
  const ill = await doctor('disk.folders')
  expect(ill).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/disk.md') })
  // What only root may do is told, and not promised as something that the doctor can do.
  if (stage.places.account.uid !== process.getuid?.()) {
    expect(ill.output).toContain('as root: sudo install -d')
    expect((await stage.run('sudo atende doctor --fix --yes --only disk.folders')).code).toBe(1)
  }
  expect(await mend('disk', 'install -d')).toContain('All well')
  expect(statSync(folder)).toMatchObject({ uid: stage.places.account.uid })
})

const done = (command: string, ...args: string[]) => spawnSync(command, args).status === 0
async function upload(): Promise<number> {
  const form = new FormData()
  form.set('file', new File([Buffer.from('nome,quarto\nAna,7\n'.repeat(150_000))], 'quartos.csv', { type: 'text/csv' }))
  form.set('kind', 'document')
  return (await fetch(`${stage.url}/api/media`, { method: 'POST', headers: { authorization: `Bearer ${token}` }, body: form })).status
}

// A disk of its own takes root, who may mount one.
it('the disk is full', async () => {
  const media = stage.at('var/lib/atende/media')
  mkdirSync(media, { recursive: true })
  const { uid } = stage.places.account
  if (process.getuid?.() === 0) chownSync(media, uid, -1)
  if (!done('mount', '-t', 'tmpfs', '-o', `size=1m,uid=${uid},mode=0750`, 'tmpfs', media)) return
  expect(await upload()).toBeGreaterThanOrEqual(500)
  expect(await doctor('disk.space')).toMatchObject({ code: 1, output: expect.stringMatching(/media: 0\.0 GiB free[\s\S]*runbooks\/disk\.md/) })
  // The provider enlarges the disk.
  expect(done('mount', '-o', `remount,size=4g,uid=${uid},mode=0750`, media)).toBe(true)
  await mend('disk', 'backup prune')
  expect(await upload()).toBeLessThan(300)
  expect(done('umount', '-l', media)).toBe(true)
})

it('memory is at its end', async () => {
  const worker = stage.pidOf('atende-worker@blue')
  const free = (kib: number) => writeFileSync(stage.at('proc/meminfo'), `MemTotal: 4000000 kB\nMemAvailable: ${kib} kB\nSwapTotal: 0 kB\n`)
  free(80_000)
  expect(await doctor('machine.memory')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/memory.md') })
  const mending = mend('memory')
  // The worker that had grown is another process now, and what it held is free.
  await eventually(async () => stage.pidOf('atende-worker@blue') !== worker, 90_000).catch(() => {})
  free(2_000_000)
  await mending
  expect(stage.pidOf('atende-worker@blue')).not.toBe(worker)
  const entry = `${stage.at('swapfile')} none swap sw 0 0\n`
  expect([readFileSync(stage.at('etc/fstab'), 'utf8'), readFileSync(stage.at('proc/swaps'), 'utf8')]).toEqual([entry, expect.stringContaining('swapfile')])
  // It was cut short once, before the file was made ready: that is done now, and nothing is written a second time.
  writeFileSync(stage.at('proc/swaps'), 'Filename Type Size Used Priority\n')
  writeFileSync(stage.at('swapfile'), '')
  truncateSync(stage.at('swapfile'), 2 ** 31)
  await mend('memory')
  expect([readFileSync(stage.at('etc/fstab'), 'utf8'), readFileSync(stage.at('proc/swaps'), 'utf8')]).toEqual([entry, expect.stringContaining('swapfile')])
})

it('an update put green in charge; it was killed, and left its files', async () => {
  await stage.must('systemctl enable --now atende-web@green atende-worker@green && systemctl disable --now atende-web@blue atende-worker@blue')
  await eventually(isReady, 120_000)
  for (const unit of ['atende-web@green', 'atende-worker@green']) await stage.kill(unit)
  // With a database of its own a server notes where it answers; one that was killed leaves the note.
  const note = stage.at('var/lib/atende/running.json')
  writeFileSync(note, JSON.stringify({ url: stage.url }))
  chmodSync(note, 0o644)
  expect(await doctor('server')).toMatchObject({ code: 1, output: expect.stringMatching(/no server answers[\s\S]*running\.json/) })
  expect(await mend('start')).toContain('All well')
  expect([await isReady(), existsSync(note)]).toEqual([true, false])
  // Few heaps, or the threads for media leave more and more free memory behind (0017).
  expect(readFileSync(`/proc/${stage.pidOf('atende-worker@green')}/environ`, 'utf8')).toContain('\0MALLOC_ARENA_MAX=2\0')
  const said = readFileSync(stage.at('var/lib/stand-in/log/atende-worker@green.log'), 'utf8')
  expect(await Promise.all(['web@green', 'worker@green', 'web@blue', 'worker@blue'].map((u) => stage.isActive(`atende-${u}`))), said).toEqual([
    true,
    true,
    false,
    false,
  ])
})

it('the master key is another one, or is not there', async () => {
  const file = stage.at('etc/atende/secrets/ENCRYPTION_KEY')
  writeFileSync(file, 'c0ffee11'.repeat(8))
  await stage.must("systemctl restart 'atende-web@*'")
  await eventually(async () => !(await stage.isActive('atende-web@green')), 90_000)
  expect(await doctor('keys')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/lost-master-key.md') })
  rmSync(file)
  expect(await doctor('keys')).toMatchObject({ code: 1, output: expect.stringContaining('runbooks/lost-master-key.md') })
  await mend('lost-master-key')
  expect([await isReady(), await stage.isActive('atende-web@blue')]).toEqual([true, false])
  expect((await call('GET', `/api/conversations?q=${PHONE}`)).status).toBe(200)
})

it('doors stand open: a role with power, a table without protection, a secret for everybody', async () => {
  const secret = stage.at('etc/atende/secrets/ENCRYPTION_KEY')
  await stage.sql('alter role atende_app bypassrls')
  await stage.sql('alter table contacts disable row level security')
  chmodSync(secret, 0o644)
  expect(await doctor('database.rls,database.roles,secrets.files')).toMatchObject({ code: 1, output: expect.stringContaining('3 wrong') })
  expect(await mend('personal-data-incident', 'database.rls')).toContain('All well')
  expect(statSync(secret).mode & 0o777).toBe(0o640)
})

it('the master key is in other hands: a new one wraps everything, and the old one is gone', async () => {
  const file = stage.at('etc/atende/secrets/ENCRYPTION_KEY')
  const stolen = readFileSync(file, 'utf8')
  // Without a new key nothing would be any better: it says so instead of "done".
  const without = await stage.run('sudo atende keys rotate master')
  expect(without).toMatchObject({ code: 2, output: expect.stringContaining('no new master key') })
  expect(await mend('personal-data-incident', 'tee -a')).toContain('The new master key wraps everything now')
  expect(await mend('personal-data-incident', 'shred')).toContain('All well')
  expect(readFileSync(file, 'utf8')).not.toBe(stolen)
  expect(existsSync(`${file}_PREVIOUS`)).toBe(false)
  const status = JSON.parse(await stage.must('sudo atende keys status --json'))
  expect(status).toMatchObject([{ stale: false }])
  expect((await call<{ items: unknown[] }>('GET', `/api/conversations?q=${PHONE}`)).body.items).toHaveLength(1)
  const before = await inbound()
  say('ainda se lê')
  await arrived(before + 1)
})
