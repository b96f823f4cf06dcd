import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startEmulator } from 'whatsapp-emulator'
import { startEmbeddedPostgres } from '../../../packages/server/src/platform/embedded-postgres.ts'
import { processMarks } from '../../../packages/server/src/testing/process-marks.ts'
import { eventually } from '../../../packages/server/src/testing/test-server.ts'
import { customerPhone, type Load, startLoad } from '../lib/update-load.ts'
import { openStage, type Ran, type Stage } from '../lib/update-stage.ts'

type Rates = Parameters<typeof startLoad>[1]
type Options = {
  database: { appUrl: string; ownerUrl: string; superUrl: string }
  rates: Rates
  /** Seconds that the script watches each switch. */
  watch: number
  canary?: number
  /** Also to a version that turns ill after the switch. */
  ill?: boolean
  /** Back by hand, and then forward again. */
  back?: boolean
  /** The script is killed at the switch of the last update forward, and goes on when it is asked to. */
  interrupt?: boolean
  /** When to give up. */
  limitSeconds: number
  say?: (line: string) => void
}
export type PhaseFigures = {
  seconds: number
  requests: number
  failed: { kind: string; status: number; error?: string }[]
  slowestMs: number
  medianMs: number
}
export type UpdateFigures = {
  before: PhaseFigures
  update: PhaseFigures
  refused?: PhaseFigures
  rollback?: PhaseFigures
  again?: PhaseFigures
  messages: { delivered: number; sent: number; lost: number; doubled: number; unsent: number; sentTwice: number }
  sockets: { open: number; reconnects: number; resets: number; missed: number }
  closedIdle: number
  /** What the server knows of its updates, the oldest first. */
  runs: string[]
}

/** What version 0.2.0 adds: a table and a column within a transaction, an index beside traffic. */
export const EXPAND = `create table update_proofs (id uuid primary key, said text);
alter table update_proofs enable row level security;
alter table messages add column update_proof text;
`
export const OUTSIDE =
  '-- outside a transaction\ncreate index concurrently if not exists messages_update_proof on messages (conversation_id, at, update_proof);\n'

/** What makes version 0.3.0 ill four seconds after it was ready. */
const ILL = '\nlet wellSince = 0\nconst stillWell = () => {\n  wellSince ||= Date.now()\n  return Date.now() - wellSince < 4000\n}\n'

async function openShop(stage: Stage) {
  const emulator = await startEmulator({ quiet: true, timing: { sentMs: 5, deliveredMs: 20 } })
  const call = async (method: string, url: string, body?: object, token?: string) => {
    const r = await fetch(stage.url + url, {
      method,
      headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!r.ok) throw new Error(`${url}: ${r.status} ${await r.text()}`)
    return r.json()
  }
  const login = await call('POST', '/api/auth/register', { companyName: 'Troca', name: 'Dona', email: 'troca@example.com', password: 'uma senha bem longa' })
  const { phoneNumberId, wabaId, accessToken, appSecret, verifyToken } = emulator.defaults
  const token = String(login.accessToken)
  await call('POST', '/api/channels', { name: 'Emulador', phoneNumberId, wabaId, accessToken, appSecret, verifyToken, graphUrl: emulator.graphUrl }, token)
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${stage.url}/webhooks/whatsapp`, verifyToken })
  const phones = Array.from({ length: 5 }, (_, i) => customerPhone(i))
  for (const phone of phones) emulator.control.sendAs(phone, { type: 'text', text: { body: 'oi' } })
  const conversations = await eventually(async () => {
    const { items } = await call('GET', '/api/conversations?limit=20', undefined, token)
    return items.length >= phones.length ? items.map((c: { id: string }) => c.id) : undefined
  }, 20_000)
  return {
    emulator,
    token,
    tenantId: String(login.me.tenant.id),
    channel: { phoneNumberId, wabaId, appSecret },
    conversations: conversations as string[],
    phones,
  }
}
type Shop = Awaited<ReturnType<typeof openShop>>

/** What requests met between two moments. */
export function figures(load: Load, from: number, to: number): PhaseFigures {
  const then = load.outcomes.filter((o) => o.at >= from && o.at < to)
  const times = then.map((o) => o.ms).sort((a, b) => a - b)
  const failed = then.filter((o) => o.status < 200 || o.status >= 300)
  return {
    seconds: Number(((to - from) / 1000).toFixed(1)),
    requests: then.length,
    failed: failed.map(({ kind, status, error }) => ({ kind, status, ...(error ? { error } : {}) })),
    slowestMs: Math.round(times.at(-1) ?? 0),
    medianMs: Math.round(times[Math.floor(times.length / 2)] ?? 0),
  }
}

async function compare(stage: Stage, shop: Shop, load: Load, superUrl: string): Promise<Pick<UpdateFigures, 'messages' | 'sockets' | 'runs'>> {
  const db = new pg.Client({ connectionString: superUrl })
  await db.connect()
  try {
    const mark = await processMarks(superUrl, stage.home, shop.tenantId)
    const marks = load.delivered.map(mark)
    const count = async () => Number((await db.query('select count(*) n from webhook_events where processed_at is null')).rows[0].n)
    await eventually(async () => (await count()) === 0, 60_000)
    const queued = "select 1 from messages where id = any($1) and status in ('queued', 'sending')"
    await eventually(async () => (await db.query(queued, [load.sent])).rowCount === 0, 60_000)
    const { rows } = await db.query<{ id: string | null; n: string }>(
      'select min(m.id::text) id, count(m.id) n from unnest($1::text[]) p left join messages m on m.provider_id = p group by p',
      [marks],
    )
    const wanted = rows.flatMap((r) => r.id ?? [])
    const missing = () => load.watchers.flatMap((w) => w.missed(wanted))
    // The last events may still be on their way.
    await eventually(() => missing().length === 0, 20_000).catch(() => {})
    const { rows: states } = await db.query<{ status: string; n: string }>('select status, count(*) n from messages where id = any($1) group by status', [
      load.sent,
    ])
    const sentStates = states.filter((s) => ['sent', 'delivered', 'read'].includes(s.status)).reduce((sum, s) => sum + Number(s.n), 0)
    const onPhones = shop.phones.flatMap((phone) => shop.emulator.control.listMessages(phone, { limit: 5000 }).filter((m) => m.direction === 'outbound'))
    const copies = new Map<string, number>()
    for (const m of onPhones) if (m.callbackData) copies.set(m.callbackData, (copies.get(m.callbackData) ?? 0) + 1)
    const { rows: runs } = await db.query<{ told: string }>(
      "select concat_ws(' ', details ->> 'to', outcome, details ->> 'error') told from server_runs where kind = 'update' order by started_at",
    )
    return {
      runs: runs.map((r) => r.told),
      messages: {
        delivered: load.delivered.length,
        sent: load.sent.length,
        lost: rows.filter((r) => Number(r.n) === 0).length,
        doubled: rows.filter((r) => Number(r.n) > 1).length,
        unsent: load.sent.length - sentStates,
        sentTwice: load.sent.filter((id) => copies.get(id) !== 1).length,
      },
      sockets: {
        open: load.watchers.length,
        reconnects: load.watchers.reduce((sum, w) => sum + w.connects - 1, 0),
        resets: load.watchers.reduce((sum, w) => sum + w.resets, 0),
        missed: missing().length,
      },
    }
  } finally {
    await db.end()
  }
}

function require(ran: Ran, status: number, stage: Stage): void {
  if (ran.status !== status) throw new Error(`the script ended with ${ran.status} instead of ${status}:\n${ran.said}\n${stage.logs()}`)
}

/** Killed at the switch: nothing else may begin then, and it goes on where it was. */
async function cutShort(stage: Stage, args: string[]): Promise<Ran> {
  const said = await stage.interrupt(args, 'switch')
  if (stage.stateOf('outcome') !== 'running') throw new Error(`the update was over before it could be cut short: ${said}${stage.logs()}`)
  const other = await stage.update(args)
  if (other.status !== 1 || !other.said.includes('has not ended')) throw new Error(`another update began: ${other.said}`)
  const resumed = await stage.update(['--resume'])
  return { ...resumed, said: `(killed at the switch)\n${other.said}${resumed.said}` }
}

/**
 * Updates a running server under load: to 0.2.0 with more migrations; with `ill` also to 0.3.0, which turns bad after the switch and is
 * taken back by itself; with `back` to 0.1.0 by hand. Throws when the script does not end as it should; the figures are the caller's to judge.
 */
export async function runUpdates({
  database,
  rates,
  watch,
  canary,
  ill = false,
  back = false,
  interrupt = false,
  limitSeconds,
  say = () => {},
}: Options): Promise<UpdateFigures> {
  const stage = await openStage(database, limitSeconds)
  let shop: Shop | undefined
  let load: Load | undefined
  try {
    await stage.install('0.1.0')
    shop = await openShop(stage)
    load = await startLoad({ url: stage.url, token: shop.token, channel: shop.channel, conversations: shop.conversations }, rates)
    const { watchers } = load
    await eventually(() => watchers.every((w) => w.ready), 30_000)
    const times = [performance.now()]
    const lap = async (ran: Ran, status: number) => {
      say(ran.said)
      require(ran, status, stage)
      times.push(performance.now())
    }
    await new Promise((r) => setTimeout(r, 3000))
    times.push(performance.now())

    const next = stage.release('0.2.0', (edit) => {
      edit('packages/server/migrations/9001_update_proof.sql', () => EXPAND)
      edit('packages/server/migrations/9002_update_proof_index.sql', () => OUTSIDE)
    })
    const forward = ['--to', next, '--no-backup', '--watch', String(watch), ...(canary ? ['--canary', String(canary)] : [])]
    await lap(interrupt && !back ? await cutShort(stage, forward) : await stage.update(forward), 0)
    if (ill) {
      // It starts well, and is ill a few seconds later.
      const bad = stage.release('0.3.0', (edit) => {
        edit('packages/server/src/features/health/health.ts', (t) => t.replace('running: !parts.stopping', 'running: !parts.stopping && stillWell()') + ILL)
        edit('packages/server/migrations/9001_update_proof.sql', () => EXPAND)
        edit('packages/server/migrations/9002_update_proof_index.sql', () => OUTSIDE)
      })
      await lap(await stage.update(['--to', bad, '--no-backup', '--watch', '30']), 1)
    } else times.push(performance.now())
    if (back) await lap(await stage.update(['--rollback', '--watch', String(watch)]), 0)
    if (back && interrupt) await lap(await cutShort(stage, forward), 0)
    await load.settle()
    const [a = 0, b = 0, c = 0, d = 0, e, f] = times
    return {
      before: figures(load, a, b),
      update: figures(load, b, c),
      ...(ill ? { refused: figures(load, c, d) } : {}),
      ...(e === undefined ? {} : { rollback: figures(load, d, e) }),
      ...(e === undefined || f === undefined ? {} : { again: figures(load, e, f) }),
      ...(await compare(stage, shop, load, database.superUrl)),
      closedIdle: load.closedIdle(),
    }
  } finally {
    load?.close()
    await stage.close()
    await shop?.emulator.stop()
  }
}

/** A database of its own, for the bench and for `npm run test:deploy`. */
export async function withOwnDatabase<T>(work: (database: Options['database']) => Promise<T>): Promise<T> {
  const home = mkdtempSync(path.join(tmpdir(), 'atende-update-db-'))
  const { chmodSync } = await import('node:fs')
  chmodSync(home, 0o755)
  const server = await startEmbeddedPostgres(home, 'update', 25_600)
  const urlFor = (user: string, name = 'atende') => `postgres://${user}:update@127.0.0.1:${server.port}/${name}`
  const admin = new pg.Client({ connectionString: urlFor('postgres', 'postgres') })
  await admin.connect()
  for (const role of ['atende_owner', 'atende_app']) await admin.query(`create role ${role} login nosuperuser nobypassrls password 'update'`)
  await admin.query('create database atende owner atende_owner')
  await admin.query('grant connect on database atende to atende_app')
  await admin.end()
  try {
    return await work({ appUrl: urlFor('atende_app'), ownerUrl: urlFor('atende_owner'), superUrl: urlFor('postgres') })
  } finally {
    await server.stop()
    rmSync(home, { recursive: true, force: true })
  }
}

/** What must not have happened. */
export function faultsOf(f: Omit<UpdateFigures, 'runs' | 'closedIdle'>): string[] {
  const failed = [f.before, f.update, f.refused, f.rollback, f.again].flatMap((p) => p?.failed ?? [])
  const { lost, doubled, unsent, sentTwice } = f.messages
  return [
    ...failed.map((r) => `a ${r.kind} failed with ${r.status} ${r.error ?? ''}`),
    ...Object.entries({ lost, doubled, unsent, sentTwice, missedBySockets: f.sockets.missed }).flatMap(([what, n]) => (n > 0 ? [`${what}: ${n}`] : [])),
  ]
}

export const line = (name: string, p: PhaseFigures | undefined) =>
  p ? [`${name}: ${p.seconds} s, ${p.requests} requests, ${p.failed.length} failed, slowest ${p.slowestMs} ms, median ${p.medianMs} ms`] : []

/** The whole proof with its figures, for `npm run test:deploy` and the bench. @throws when a request, a message or an event was lost */
export async function updateUnderLoad(say?: (line: string) => void): Promise<{ figures: UpdateFigures; lines: string[] }> {
  const rates = { webhooks: 30, reads: 15, sends: 5, sockets: 50 }
  const f = await withOwnDatabase((database) =>
    runUpdates({ database, rates, watch: 10, canary: 20, ill: true, back: true, interrupt: true, limitSeconds: 900, ...(say ? { say } : {}) }),
  )
  const faults = faultsOf(f)
  if (faults.length > 0) throw new Error(`the update was noticed:\n${faults.slice(0, 20).join('\n')}`)
  const lines = [
    ...line('before', f.before),
    ...line('update with canary, under load', f.update),
    ...line('a version that turns ill, and the way back', f.refused),
    ...line('rollback', f.rollback),
    ...line('the update again, killed at the switch and resumed', f.again),
    `messages: ${f.messages.delivered} in, ${f.messages.sent} out, none lost, none twice`,
    `sockets: ${f.sockets.open}, ${f.sockets.reconnects} reconnects, ${f.sockets.resets} had to load everything again, no event missed`,
  ]
  return { figures: f, lines }
}
