/**
 * `npm run bench:ingest [-- --seconds 120]`: how many webhooks are accepted, how soon, and how many are
 * understood. The traffic is mixed (70 % texts, 20 % statuses, 10 % media, which are fetched from a host on this machine) unless the
 * row says otherwise.
 */
import { mkdirSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { measureBrowser } from './lib/browser.ts'
import { flood, percentile, type Sent, steady } from './lib/load.ts'
import { type Rig, startRig, untilDrained } from './lib/rig.ts'
import { mixed, onlyTexts } from './lib/traffic.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '120' }, quick: { type: 'boolean', default: false } } })
const SUSTAINED_SECONDS = values.quick ? 15 : Number(values.seconds)
const SHORT_SECONDS = values.quick ? 5 : 15

type Row = Record<string, number | string>
const rows: Row[] = []

async function measure(rig: Rig, name: string, load: () => Promise<Sent>): Promise<Row> {
  const before = { ...rig.usage(), stored: await rig.stored() }
  const begin = performance.now()
  let worstBacklog = 0
  const watch = setInterval(() => void rig.waiting().then((n) => (worstBacklog = Math.max(worstBacklog, n))), 500)
  const sent = await load()
  const loadSeconds = (performance.now() - begin) / 1000
  const backlog = await rig.waiting()
  const drainMs = await untilDrained(rig)
  clearInterval(watch)
  const seconds = (performance.now() - begin) / 1000
  const after = { ...rig.usage(), stored: await rig.stored() }
  const row: Row = {
    name,
    'accepted/s': Math.round(sent.accepted.length / loadSeconds),
    refused: sent.refused,
    'ack p50 ms': percentile(sent.latencies, 50),
    'ack p95 ms': percentile(sent.latencies, 95),
    'ack p99 ms': percentile(sent.latencies, 99),
    'stored/s until drained': Math.round((after.stored - before.stored) / seconds),
    'worst backlog': worstBacklog,
    'backlog at end': backlog,
    'drain ms': drainMs,
    'server CPU %': Math.round(((after.cpu - before.cpu) / seconds) * 100),
    'peak MB': after.peak,
    ...(await rig.check(sent.accepted)),
  }
  rows.push(row)
  console.log(row)
  return row
}

/** Media are fetched and looked at behind the messages: how long until the last one is there, and is any missing? */
async function measureMedia(rig: Rig, name: string): Promise<void> {
  const begin = performance.now()
  const waiting = await rig.mediaWaiting()
  while ((await rig.mediaWaiting()) > 0) {
    if (performance.now() - begin > 300_000) throw new Error('the media did not arrive in time')
    await new Promise((r) => setTimeout(r, 200))
  }
  const row: Row = {
    name,
    'waiting at end': waiting,
    'drain ms': Math.round(performance.now() - begin),
    'not stored': await rig.mediaLost(),
    'peak MB': rig.usage().peak,
  }
  rows.push(row)
  console.log(row)
}

const rig = await startRig()
try {
  console.log(`server pid ${rig.server.pid}, ${cpus().length} cores shared by server, PostgreSQL and generator`)
  const { target } = rig
  const mix = async (run: string, deliveries: number) => mixed(target, run, await rig.sentMessages(Math.ceil(deliveries / 15) + 1), rig.mediaUrl)
  await flood(target, onlyTexts(target, 'warm'), 16, 3)
  await untilDrained(rig)
  await measure(rig, 'flood of texts, 16 connections', () => flood(target, onlyTexts(target, 'a'), 16, SHORT_SECONDS))
  const mixedFlood = await mix('b', 4000 * SHORT_SECONDS)
  await measure(rig, 'flood, 64 connections', () => flood(target, mixedFlood, 64, SHORT_SECONDS))
  await measureMedia(rig, 'media of the flood')
  const calm = await mix('c', 200 * SHORT_SECONDS * 2)
  await measure(rig, '200/s', () => steady(target, calm, 200, SHORT_SECONDS * 2))
  await measureMedia(rig, 'media of 200/s')
  const browser = await measureBrowser(rig, 50, SHORT_SECONDS * 2)
  rows.push(browser)
  console.log(browser)
  const long = await mix('d', 1000 * SUSTAINED_SECONDS)
  await measure(rig, `1000/s for ${SUSTAINED_SECONDS} s`, () => steady(target, long, 1000, SUSTAINED_SECONDS))
  await measureMedia(rig, `media of 1000/s for ${SUSTAINED_SECONDS} s`)
  mkdirSync(path.join(import.meta.dirname, 'results'), { recursive: true })
  const file = path.join(import.meta.dirname, 'results', 'ingest.json')
  writeFileSync(file, `${JSON.stringify({ date: new Date().toISOString().slice(0, 10), node: process.version, cores: cpus().length, rows }, null, 2)}\n`)
  console.log(`kept in bench/results/ingest.json`)
} finally {
  await rig.close()
}
