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
import { bytesBelow, type Costs, costsOf } from './lib/costs.ts'
import { Client, steady } from './lib/load.ts'
import type { SentOut } from './lib/media-host.ts'
import { type Rig, startRig, untilDrained } from './lib/rig.ts'
import { growth, HABITS, MACHINES, messageMs, sizeServer, type Unit } from './lib/size-server.ts'
import { customer, mediaDelivery, onlyTexts, statusDelivery } from './lib/traffic.ts'

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } })
const PART = values.quick ? 0.2 : 1
const count = (n: number) => Math.round(n * PART)
const wait = (ms: number) => new Promise((r) => setTimeout(r, ms))

const sentOut: SentOut[] = []
const rig = await startRig({ RATE_LIMIT_SOCKETS_PER_USER: '10000', RATE_LIMIT_SOCKETS_PER_IP: '10000' }, (s) => sentOut.push(s))
const costs = (): Costs => costsOf([rig.server.pid], rig.home)
const cpuMs = (before: Costs, after: Costs) => after.serverCpuMs + after.databaseCpuMs - before.serverCpuMs - before.databaseCpuMs
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
const texts = (run: string, n: number) =>
  price(n, async () => void (await steady(rig.target, onlyTexts(rig.target, run, count(1500)), PER_SECOND, n / PER_SECOND)))

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
async function openScreens(n: number): Promise<{ told: () => number; close: () => void }> {
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
    told: () => told,
    close: () => {
      for (const s of sockets) s.close()
    },
  }
}

/** What a message costs more for each further screen that shows it, from one screen to many. */
async function perScreen(conversations: readonly string[], one: { in: Cost; out: Cost }): Promise<{ in: number; out: number; mb: number }> {
  const quiet = costs()
  const many = count(1000)
  const screens = await openScreens(many)
  await wait(3000)
  const mb = (costs().serverMb - quiet.serverMb) / many
  const n = count(600)
  const inward = await texts('shown', n)
  if (screens.told() < n * many) throw new Error(`${many} screens were told ${screens.told()} times of ${n} messages`)
  const outward = await price(conversations.length, () => answerEach(conversations))
  screens.close()
  return { in: Math.max(0, inward.ms - one.in.ms) / many, out: Math.max(0, outward.ms - one.out.ms) / many, mb }
}

async function measure(): Promise<Unit> {
  await wait(5000)
  const rested = costs()
  await wait(15_000)
  const idle = costs()
  idleMsPerSecond = cpuMs(rested, idle) / 15
  const screen = await openScreens(1)
  // The first hundreds also warm the code up; they are not counted.
  await steady(rig.target, onlyTexts(rig.target, 'warm'), 100, 5)
  await settled(rig)
  const text = await texts('in', count(2000))
  const rows = await rig.ask(`select id from conversations order by last_activity_at desc limit ${count(600)}`)
  const conversations = rows.map((r) => String(r.id))
  const out = await price(conversations.length, () => answerEach(conversations))
  const open = await price(conversations.length, () => openEach(conversations))
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
  const busy = costs()
  const shown = await perScreen(conversations, { in: text, out })
  screen.close()
  return {
    idleMsPerSecond,
    serverIdleMb: idle.serverMb,
    serverBusyMb: busy.serverMb,
    databaseMb: busy.databaseMb,
    mbPerScreen: shown.mb,
    inMs: text.ms,
    outMs: out.ms,
    openMs: open.ms,
    fileMs: Math.max(0, file.ms - text.ms),
    screenInMs: shown.in,
    screenOutMs: shown.out,
    inKb: text.kb,
    outKb: out.kb,
    fileKbDatabase: Math.max(0, file.kb - text.kb),
    fileKbDisk,
    rawKb: (text.rawKb + out.rawKb) / 2,
  }
}

const round = (x: number, digits = 1) => Number(x.toFixed(digits))
const table = (head: string[], lines: (string | number)[][]) =>
  [`| ${head.join(' | ')} |`, `|${head.map(() => '---').join('|')}|`, ...lines.map((l) => `| ${l.join(' | ')} |`)].join('\n')

function tables(u: Unit): string {
  const g = growth(u)
  const units = table(
    ['piece', 'CPU ms', 'database kB', 'files kB'],
    [
      ['text from a customer', round(u.inMs, 2), round(u.inKb), '–'],
      ['text to a customer, with its three statuses', round(u.outMs, 2), round(u.outKb), '–'],
      ['file from a customer, beside its message', round(u.fileMs, 2), round(u.fileKbDatabase), round(u.fileKbDisk)],
      ['a conversation is opened', round(u.openMs, 2), '–', '–'],
      ['each further screen that is told of a text from a customer', round(u.screenInMs, 3), '–', '–'],
      ['each further screen that is told of an answer and its statuses', round(u.screenOutMs, 3), '–', '–'],
    ],
  )
  const servers = table(
    ['server', 'messages a day', 'attendants at once', 'companies', 'memory in use', 'disk a day', 'disk lasts', 'bound by'],
    MACHINES.map((m) => {
      const f = sizeServer(u, m)
      const years = f.daysOfDisk / 365
      return [
        `${m.memoryGb} GB, ${m.cores} cores, ${m.diskGb} GB disk`,
        f.messagesPerDay.toLocaleString('en'),
        f.attendants,
        f.tenants,
        `${round(f.memoryMb / 1024)} GB`,
        `${f.diskMbPerDay} MB`,
        years >= 1 ? `${round(years)} years` : `${f.daysOfDisk} days`,
        f.bound,
      ]
    }),
  )
  const memory = `At rest: ${round(u.idleMsPerSecond / 10, 1)} % of one core. Memory: a process ${Math.round(u.serverIdleMb)} MB after the start and ${Math.round(u.serverBusyMb)} MB at work, PostgreSQL ${Math.round(u.databaseMb)} MB, ${round(u.mbPerScreen, 2)} MB per open screen.`
  const disk = `Disk per 1,000 messages: ${round(g.databaseMb)} MB of database that stay, ${round(g.filesMb)} MB of files (theirs are ${round(u.fileKbDisk)} kB here; yours may be larger), and ${round(g.rawMb)} MB of raw deliveries, which go after 30 days.`
  return `${units}\n\n${memory}\n${disk}\nOne message with everything that follows from it: ${round(messageMs(u), 2)} ms of one core.\n\n${servers}`
}

try {
  const unit = await measure()
  console.log(tables(unit))
  if (!values.quick) {
    const folder = path.join(import.meta.dirname, 'results')
    mkdirSync(folder, { recursive: true })
    const result = { date: new Date().toISOString().slice(0, 10), node: process.version, cores: cpus().length, cpu: cpus()[0]?.model, habits: HABITS, unit }
    writeFileSync(path.join(folder, 'sizing.json'), `${JSON.stringify(result, null, 2)}\n`)
    const doc = path.join(import.meta.dirname, '../docs/sizing.md')
    writeFileSync(
      doc,
      readFileSync(doc, 'utf8').replace(/(<!-- sizing -->\n)[\s\S]*(\n<!-- end of sizing -->)/, (_all, a, b) => `${a}${tables(unit)}${b}`),
    )
  }
} finally {
  await rig.close()
}
