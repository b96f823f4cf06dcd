/**
 * `npm run bench:sizing [-- --quick]`: what one message, one file, one opened conversation and one open screen cost in CPU, memory and
 * disk, and from that, what servers of 2, 4 and 8 GB carry. Writes bench/results/sizing.json and the tables of docs/sizing.md.
 */
import { randomUUID } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { io, type Socket } from 'socket.io-client'
import { type BusyHour, busyHour } from './lib/busy-hour.ts'
import { bytesBelow, type Costs, costsOf } from './lib/costs.ts'
import { Client, steady } from './lib/load.ts'
import type { SentOut } from './lib/media-host.ts'
import { type Rig, startRig, untilDrained } from './lib/rig.ts'
import { growth, HABITS, MACHINES, sizeServer, type Unit } from './lib/size-server.ts'
import { customer, mediaDelivery, onlyTexts, statusDelivery } from './lib/traffic.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const PART = values.quick ? 0.2 : 1
const count = (n: number) => Math.round(n * PART)
const wait = (ms: number) => new Promise((r) => setTimeout(r, ms))

const sentOut: SentOut[] = []
const settings = { RATE_LIMIT_SOCKETS_PER_USER: '10000', RATE_LIMIT_SOCKETS_PER_IP: '10000' }
const rig = await startRig({ settings, onSent: (s) => sentOut.push(s), apart: true })
const costs = (): Costs => costsOf({ web: rig.server.pid, worker: rig.worker?.pid ?? 0 }, rig.home)
const cpuMs = (before: Costs, after: Costs) => after.cpuMs - before.cpuMs
/** What a server does that has nothing to do, per second; it is no part of anything's price. */
let idleMsPerSecond = 0

/** Bytes of the database without what is removed after a while, and of that by itself. */
async function sizes(): Promise<{ stays: number; raw: number }> {
  const [row] = await rig.ask(`select pg_database_size(current_database()) all_of_it, pg_total_relation_size('webhook_events') raw,
    pg_total_relation_size('outgoing_events') + (select coalesce(sum(pg_total_relation_size(c.oid)), 0) from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname = 'pgboss' and c.relkind in ('r', 'p')) passing`)
  return { stays: Number(row?.all_of_it) - Number(row?.raw) - Number(row?.passing), raw: Number(row?.raw) }
}

type Cost = { ms: number; kb: number; rawKb: number }
/** What `n` pieces of work cost, with everything that follows from them. */
async function price(n: number, work: () => Promise<void>): Promise<Cost> {
  const [before, sizeBefore, began] = [costs(), await sizes(), performance.now()]
  await work()
  await settled(rig)
  const [after, sizeAfter] = [costs(), await sizes()]
  const idle = ((performance.now() - began) / 1000) * idleMsPerSecond
  return {
    ms: Math.max(0, cpuMs(before, after) - idle) / n,
    kb: (sizeAfter.stays - sizeBefore.stays) / 1024 / n,
    rawKb: (sizeAfter.raw - sizeBefore.raw) / 1024 / n,
  }
}

async function settled(of: Rig): Promise<void> {
  await untilDrained(of)
  while ((await of.mediaWaiting()) > 0) await wait(200)
  await wait(1500)
}

/** Texts from customers, at the pace of a busy hour of a small server: what comes alone costs more than what comes in crowds. */
const PER_SECOND = 20
const texts = (run: string, n: number, perSecond = PER_SECOND) =>
  price(n, async () => void (await steady(rig.target, onlyTexts(rig.target, run, count(1500)), perSecond, n / perSecond)))

async function answerEach(conversations: readonly string[]): Promise<void> {
  const known = sentOut.length
  for (const conversationId of conversations) {
    await rig.call(
      'POST',
      '/api/messages',
      { conversationId, clientId: randomUUID(), content: { type: 'text', text: 'Bom dia! Temos vaga, sim. Posso reservar?' } },
      rig.token,
    )
  }
  const end = Date.now() + 120_000
  while (sentOut.length < known + conversations.length && Date.now() < end) await wait(50)
  const client = new Client(rig.target, 8)
  for (const { id, to } of sentOut.slice(known)) {
    for (const status of ['sent', 'delivered', 'read'] as const) await client.post(statusDelivery(rig.target, id, status, to))
  }
  client.close()
}

/** What the screen asks when somebody opens a conversation. */
async function openEach(conversations: readonly string[]): Promise<void> {
  for (const id of conversations) {
    await rig.call('GET', '/api/conversations?limit=40', undefined, rig.token)
    await Promise.all([
      rig.call('GET', `/api/conversations/${id}`, undefined, rig.token),
      rig.call('GET', `/api/messages?conversationId=${id}&limit=50`, undefined, rig.token),
    ])
  }
}

/** Screens of one company: each is told of every message. */
async function openScreens(n: number): Promise<{ sockets: Socket[]; told: () => number; close: () => void }> {
  let told = 0
  const sockets: Socket[] = []
  for (let i = 0; i < n; i++) {
    const socket = io(rig.server.url, { transports: ['websocket'], forceNew: true })
    await new Promise<void>((done, failed) => socket.once('connect', () => done()).once('connect_error', failed))
    const answer = await socket.emitWithAck('authenticate', { token: rig.token })
    if (!answer.ok) throw new Error(`a screen was refused: ${answer.code}`)
    socket.on('message:new', () => {
      told++
    })
    sockets.push(socket)
  }
  return {
    sockets,
    told: () => told,
    close: () => {
      for (const s of sockets) s.close()
    },
  }
}

/** In a process that has just started, whose heap has no room yet in which they would not be seen. */
async function memoryPerScreen(): Promise<number> {
  const many = 1000
  const before = costs().webMb
  const screens = await openScreens(many)
  await wait(3000)
  const mb = (costs().webMb - before) / many
  screens.close()
  if (mb <= 0) throw new Error('open screens took no memory: this cannot be')
  return mb
}

/** What a message costs more for each further screen that shows it, from one screen to many; and a busy hour of as many attendants, tried. */
async function withScreens(conversations: readonly string[], one: { in: Cost; out: Cost }): Promise<{ in: number; out: number; tried: BusyHour }> {
  const many = count(200)
  const screens = await openScreens(many)
  await wait(3000)
  const n = count(600)
  const inward = await texts('shown', n)
  if (screens.told() < n * many) throw new Error(`${many} screens were told ${screens.told()} times of ${n} messages`)
  const outward = await price(conversations.length, () => answerEach(conversations))
  const tried = await busyHour(rig, screens.sockets, conversations, count(90), () => costs().cpuMs)
  screens.close()
  return { in: Math.max(0, inward.ms - one.in.ms) / many, out: Math.max(0, outward.ms - one.out.ms) / many, tried }
}

async function measure(): Promise<{ unit: Unit; tried: BusyHour }> {
  await wait(5000)
  const mbPerScreen = await memoryPerScreen()
  await wait(5000)
  const rested = costs()
  await wait(15_000)
  const idle = costs()
  idleMsPerSecond = cpuMs(rested, idle) / 15
  const screen = await openScreens(1)
  // The first hundreds also warm the code up; they are not counted.
  await steady(rig.target, onlyTexts(rig.target, 'warm', count(1500)), 100, 15)
  await settled(rig)
  const crowd = await texts('crowd', count(4000), 200)
  const text = await texts('in', count(1600))
  const rows = await rig.ask(`select id from conversations order by last_activity_at desc limit ${count(600)}`)
  const conversations = rows.map((r) => String(r.id))
  const out = await price(conversations.length, () => answerEach(conversations))
  const open = await price(conversations.length, () => openEach(conversations))
  const counts = await price(200, async () => {
    for (let i = 0; i < 200; i++) await rig.call('GET', '/api/conversations/counts', undefined, rig.token)
  })
  const files = count(300)
  const before = bytesBelow(path.join(rig.home, 'media'))
  const file = await price(files, async () => {
    const media = (i: number) => {
      const id = `wamid.FILE${i}`
      return { fact: { kind: 'media' as const, id }, body: mediaDelivery(rig.target, id, customer(i, count(1500)), i, rig.mediaUrl) }
    }
    await steady(rig.target, media, 10, files / 10)
  })
  const fileKbDisk = (bytesBelow(path.join(rig.home, 'media')) - before) / 1024 / files
  const shown = await withScreens(conversations, { in: text, out })
  const busy = costs()
  screen.close()
  const unit = {
    idleMsPerSecond,
    webMb: busy.webMb,
    workerMb: busy.workerMb,
    databaseMb: busy.databaseMb,
    mbPerScreen,
    inMs: text.ms,
    inCrowdMs: crowd.ms,
    outMs: out.ms,
    openMs: open.ms,
    countsMs: counts.ms,
    fileMs: Math.max(0, file.ms - text.ms),
    screenInMs: shown.in,
    screenOutMs: shown.out,
    inKb: crowd.kb,
    outKb: out.kb,
    fileKbDatabase: Math.max(0, file.kb - crowd.kb),
    fileKbDisk,
    rawKb: (crowd.rawKb + out.rawKb) / 2,
  }
  return { unit, tried: shown.tried }
}

const round = (x: number, digits = 1) => Number(x.toFixed(digits))
const table = (head: string[], lines: (string | number)[][]) =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...lines.map((l) => `| ${l.join(' | ')} |`)].join('\n')

function tables(u: Unit, t: BusyHour): string {
  const g = growth(u)
  const units = table(
    ['piece', 'CPU ms', 'database kB', 'files kB'],
    [
      [`text from a customer, ${PER_SECOND} a second`, round(u.inMs), round(u.inKb), '–'],
      ['the same, 200 a second: what comes together is worked on together', round(u.inCrowdMs), round(u.inKb), '–'],
      ['text to a customer, with its three statuses', round(u.outMs), round(u.outKb), '–'],
      ['file from a customer, beside its message', round(u.fileMs), round(u.fileKbDatabase), round(u.fileKbDisk)],
      ['a conversation is opened', round(u.openMs), '–', '–'],
      ['a screen asks for its counts, once a minute', round(u.countsMs), '–', '–'],
      ['each further screen that is told of a text from a customer', round(u.screenInMs, 3), '–', '–'],
      ['each further screen that is told of an answer and its statuses', round(u.screenOutMs, 3), '–', '–'],
    ],
  )
  const servers = (days: number) =>
    table(
      ['server', 'attendants at once', 'companies', 'messages a day', 'CPU in the busiest hour', 'memory in use', 'bound by'],
      MACHINES.map((m) => {
        const f = sizeServer(u, m, days)
        return [
          `${m.memoryGb} GB, ${m.cores} cores${days > 0 ? `, ${m.diskGb} GB disk` : ''}`,
          f.attendants.toLocaleString('en'),
          f.tenants.toLocaleString('en'),
          f.messagesPerDay.toLocaleString('en'),
          `${Math.round(f.cpuShare * 100)} %`,
          `${round(f.memoryMb / 1024)} GB`,
          f.bound,
        ]
      }),
    )
  const memory = `At rest: ${round(u.idleMsPerSecond / 10, 1)} % of one core. Memory after all this: web ${Math.round(u.webMb)} MB, worker ${Math.round(u.workerMb)} MB, PostgreSQL ${Math.round(u.databaseMb)} MB; an open screen ${Math.round(u.mbPerScreen * 1024)} kB.`
  const disk = `Disk per 1,000 messages: ${round(g.databaseMb)} MB of database that stay, ${round(g.filesMb)} MB of files (theirs are ${round(u.fileKbDisk)} kB here; yours may be larger), and ${round(g.rawMb)} MB of raw deliveries, which go after 30 days.`
  const tried = `Tried: the busiest hour of ${t.attendants} attendants of one company (${t.messages} messages in ${t.seconds} s, each told to all of them) took ${Math.round(t.cpuShare * 100)} % of one core; a message was on the last screen after ${Math.round(t.shownP50)} ms (p50), ${Math.round(t.shownP95)} ms (p95); ${t.failed} requests failed.`
  return `${units}\n\n${memory}\n${disk}\n\n${tried}\n\nSo that the disk lasts for a year, with all files on it:\n\n${servers(365)}\n\nWith a larger disk, or files in a bucket and a database elsewhere:\n\n${servers(0)}`
}

try {
  const { unit, tried } = await measure()
  console.log(tables(unit, tried))
  if (!values.quick) {
    const folder = path.join(import.meta.dirname, 'results')
    mkdirSync(folder, { recursive: true })
    const result = {
      date: new Date().toISOString().slice(0, 10),
      node: process.version,
      cores: cpus().length,
      cpu: cpus()[0]?.model,
      habits: HABITS,
      unit,
      tried,
    }
    writeFileSync(path.join(folder, 'sizing.json'), `${JSON.stringify(result, null, 2)}\n`)
    const doc = path.join(import.meta.dirname, '../docs/sizing.md')
    writeFileSync(
      doc,
      readFileSync(doc, 'utf8').replace(/(<!-- sizing -->\n)[\s\S]*(\n<!-- end of sizing -->)/, (_all, a, b) => `${a}${tables(unit, tried)}${b}`),
    )
  }
} finally {
  await rig.close()
}
