import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { Conversation } from '@atende/contracts/conversations'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { parse } from 'yaml'
import { beginRun } from '../packages/server/src/operations/server-runs.ts'
import { type Prometheus, startPrometheus } from '../packages/server/src/testing/prometheus.ts'
import { readMetrics } from '../packages/server/src/testing/read-metrics.ts'
import { connectEmulator } from '../packages/server/src/testing/test-channel.ts'
import { eventually, startTestServer, type TestServer, type TestSocket } from '../packages/server/src/testing/test-server.ts'
import { DASHBOARDS } from '../scripts/dashboards/all.ts'
import { writeDashboard } from '../scripts/dashboards/write-dashboard.ts'

/**
 * The real Prometheus, with the configuration and the rules that an operator gets, reads a web and a worker process in which people
 * write to each other: everything that a dashboard asks is asked.
 */
const DEPLOY = path.resolve(import.meta.dirname, '../deploy')
const PHONE = '5511987651234'
const COMPANY = 'Pousada Segredo Nenhum'
const WORDS = 'um segredo que ninguem conta'
const folder = mkdtempSync(path.join(tmpdir(), 'atende-prometheus-'))

let web: TestServer
let worker: TestServer
let emulator: Emulator
let prometheus: Prometheus
let owner: Awaited<ReturnType<TestServer['register']>>
let socket: TestSocket

/** The committed configuration, asking these two processes every two seconds. */
function configuration(): string {
  const shipped = readFileSync(path.join(DEPLOY, 'prometheus/prometheus.plain.yml'), 'utf8')
  const ports: Record<string, number> = { 3001: web.port, 3011: worker.port }
  const here = shipped
    .replace(/127\.0\.0\.1:(30\d\d)/g, (_, port: string) => `127.0.0.1:${ports[port] ?? 9}`)
    .replace(/scrape_interval: 15s\n {2}evaluation_interval: 15s/, 'scrape_interval: 2s\n  evaluation_interval: 1s')
    // As long as an answer may lawfully take: a late one makes all its series stale.
    .replace('scrape_timeout: 10s', 'scrape_timeout: 2s')
  expect(here).toContain('scrape_interval: 2s')
  expect(here).toContain('scrape_timeout: 2s')
  const file = path.join(folder, 'prometheus.yml')
  writeFileSync(file, here)
  cpSync(path.join(DEPLOY, 'prometheus/rules'), path.join(folder, 'rules'), { recursive: true })
  return file
}

async function talk(): Promise<void> {
  emulator.control.sendAs(PHONE, { type: 'text', text: { body: WORDS } })
  const mine = { token: owner.token }
  const conversation = await eventually(async () => (await web.call<{ items: Conversation[] }>('GET', '/api/conversations?status=any', mine)).body.items[0])
  const answer = { conversationId: conversation.id, clientId: crypto.randomUUID(), content: { type: 'text', text: WORDS } }
  const { body } = await web.call<Message>('POST', '/api/messages', { ...mine, body: answer })
  await eventually(async () => (await web.call<Message>('GET', `/api/messages/${body.id}`, mine)).body.status === 'delivered')
  await web.call('GET', `/api/contacts?q=${PHONE}`, mine)
}

beforeAll(async () => {
  web = await startTestServer({ ROLE: 'web' })
  worker = await startTestServer({ ROLE: 'worker' }, web)
  owner = await web.register(COMPANY)
  ;({ emulator } = await connectEmulator(web, owner))
  socket = await web.connect(owner.token)
  await (await beginRun(web.ctx.db, 'backup')).end('ok', { bytes: 1, seconds: 1, to: 'disk', base: 'b' })
  await talk()
  prometheus = await startPrometheus(configuration(), folder)
})
afterAll(async () => {
  await prometheus?.stop()
  socket.close()
  await emulator.stop()
  await worker.stop()
  await web.close()
  rmSync(folder, { recursive: true, force: true })
})

/** As Grafana fills them in. */
const filled = (expr: string): string => expr.replaceAll('$__rate_interval', '10s').replaceAll('$tenant', '.*')

it('both processes are read, and what does not run is only not up', async () => {
  await eventually(async () => (await prometheus.query('up{job="atende"} == 1')).length === 2, 20_000)
  const idle = await eventually(async () => {
    const found = await prometheus.query('up{job="atende"} == 0')
    return found.length === 2 && found
  })
  expect(idle.map((s) => s.metric.colour)).toEqual(['green', 'green'])
})

describe('dashboards', () => {
  it('each expression is one that Prometheus reads, and what must have data has some', { timeout: 60_000 }, async () => {
    await talk()
    const all = DASHBOARDS.flatMap((d) => d.rows.flatMap((r) => r.panels.flatMap((p) => p.queries.map((q) => ({ ...q, at: `${d.title} › ${p.title}` })))))
    expect(all.length).toBeGreaterThan(80)
    let missing: string[] = []
    // A rate needs two readings; what is looked up rarely comes with the first.
    await eventually(async () => {
      missing = []
      for (const { at, expr, sometimes } of all) {
        const found = await prometheus.query(filled(expr))
        if (found.length === 0 && !sometimes) missing.push(`${at}: ${expr}`)
      }
      return missing.length === 0
    }, 40_000).catch(() => {})
    expect(missing).toEqual([])
  })

  it('the figures are the true ones', { timeout: 90_000 }, async () => {
    const sum = async (expr: string) => Number((await prometheus.query(`sum(${expr})`))[0]?.value[1])
    // Each comes with the next reading after its event.
    const reaches = (expr: string, n: number) => eventually(async () => (await sum(expr)) === n, 20_000)
    await reaches('atende_messages_received_total', 2)
    await reaches('atende_messages_sent_total{outcome="accepted"}', 2)
    await reaches('atende_send_latency_seconds_count', 2)
    await reaches('atende_sockets', 1)
    expect(await sum('atende_messages_sent_total{outcome!="accepted"}')).toBe(0)
    expect(await sum('max by (tenant, direction) (atende_tenant_messages{direction="sent"})')).toBeGreaterThanOrEqual(1)
  })

  it('the files are what scripts/make-dashboards.ts writes', () => {
    const at = path.join(DEPLOY, 'grafana/dashboards')
    expect(readdirSync(at).sort()).toEqual(DASHBOARDS.map((d) => `${d.uid}.json`).sort())
    for (const d of DASHBOARDS) expect([d.uid, readFileSync(path.join(at, `${d.uid}.json`), 'utf8') === writeDashboard(d)]).toEqual([d.uid, true])
  })

  it('each has a place of its own for each panel, and the data source that is provisioned', () => {
    const [source] = (parse(readFileSync(path.join(DEPLOY, 'grafana/provisioning/datasources/atende.yml'), 'utf8')) as { datasources: { uid: string }[] })
      .datasources
    type Drawn = { type: string; datasource?: { uid: string }; gridPos: { x: number; y: number; w: number; h: number } }
    for (const d of DASHBOARDS) {
      const { panels } = JSON.parse(writeDashboard(d)) as { panels: Drawn[] }
      const taken = new Set<string>()
      for (const { type, datasource, gridPos: g } of panels) {
        if (type !== 'row') expect(datasource?.uid).toBe(source?.uid)
        expect(g.x + g.w).toBeLessThanOrEqual(24)
        for (let x = g.x; x < g.x + g.w; x++) {
          for (let y = g.y; y < g.y + g.h; y++) {
            expect(taken.has(`${x} ${y}`)).toBe(false)
            taken.add(`${x} ${y}`)
          }
        }
      }
    }
  })
})

it('every metric that an alert asks for is there, but those that wait for something to happen', async () => {
  const rules = readdirSync(path.join(DEPLOY, 'prometheus/rules')).map((f) => readFileSync(path.join(DEPLOY, 'prometheus/rules', f), 'utf8'))
  const names = new Set(rules.flatMap((text) => text.match(/\batende_[a-z0-9_]+/g) ?? []))
  // What nobody set up here.
  const unused = [
    'archive_gap',
    'archive_late',
    'audit_uncopied',
    'certificate_expiry_timestamp_seconds',
    'database_replication_lag_seconds',
    'public_address_up',
  ]
  const expected = unused.map((name) => `atende_${name}`)
  let absent: string[] = []
  await eventually(async () => {
    absent = []
    for (const name of names) if ((await prometheus.query(name)).length === 0) absent.push(name)
    return absent.length === expected.length
  }).catch(() => {})
  expect(absent.sort()).toEqual(expected)
})

it('the rules run without a fault, and this server is well', async () => {
  const answer = await fetch(`${prometheus.url}/api/v1/rules`)
  const { data } = (await answer.json()) as { data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] } }
  const rules = data.groups.flatMap((g) => g.rules)
  expect(rules.length).toBeGreaterThan(40)
  expect(rules.filter((r) => r.health !== 'ok')).toEqual([])
  expect(
    (await prometheus.query('ALERTS{alertstate="firing",alertname=~"Atende(Web|Database|Messages|Worker|Webhook).*"}')).map((s) => s.metric.alertname),
  ).toEqual([])
})

it('nobody is named: no telephone, name, address, company or word, and no id but of a company', async () => {
  for (const server of [web, worker]) {
    const text = await readMetrics(server)
    expect(text.length).toBeGreaterThan(10_000)
    for (const secret of [PHONE, PHONE.slice(-8), COMPANY, 'Pousada', 'pousada', WORDS, 'segredo', owner.email, 'Dona', owner.userId, owner.password]) {
      expect([secret, text.includes(secret)]).toEqual([secret, false])
    }
    const ids = new Set(text.match(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g))
    expect([...ids].filter((id) => id !== owner.tenantId)).toEqual([])
  }
  const labels = await eventually(async () => {
    const found = await prometheus.query('count by (__name__) ({job="atende",tenant!=""})')
    return found.length > 1 && found
  })
  expect(labels.map((s) => s.metric.__name__).sort()).toEqual(['atende_tenant_messages', 'atende_tenant_sockets'])
})

it('the number of series is bounded, whatever is asked', async () => {
  const series = (text: string) => text.split('\n').filter((line) => line && !line.startsWith('#')).length
  const before = series(await readMetrics(web))
  for (let i = 0; i < 40; i++) await web.call('GET', `/api/contacts/${crypto.randomUUID()}?x=${i}`, { token: owner.token })
  for (let i = 0; i < 40; i++) await fetch(`${web.url}/lugar/${i}`, { method: 'PROPFIND' }).catch(() => {})
  const after = series(await readMetrics(web))
  // One route with a class of status more, and one for what matched nothing.
  expect(after - before).toBeLessThan(60)
  expect(after).toBeLessThan(4000)
})
