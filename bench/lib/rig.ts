import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { processMarks } from '../../packages/server/src/testing/process-marks.ts'
import { startServerProcess } from '../../packages/server/src/testing/server-process.ts'
import type { Target } from './load.ts'
import { type SentOut, startMediaHost } from './media-host.ts'
import { customer, type Fact } from './traffic.ts'

const TICKS_PER_SECOND = 100

/** CPU seconds and memory of a process, from /proc. */
function usage(pid: number): { cpu: number; rss: number; peak: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0)
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, rss: Math.round(kb('VmRSS') / 1024), peak: Math.round(kb('VmHWM') / 1024) }
}

type Options = { settings?: Record<string, string>; onSent?: (sent: SentOut) => void /** Web and worker as two processes, as on a server. */; apart?: boolean }

/** A real server with an embedded PostgreSQL of its own, one tenant and one channel. */
export async function startRig({ settings = {}, onSent, apart = false }: Options = {}) {
  const home = mkdtempSync(path.join(tmpdir(), 'atende-bench-'))
  chmodSync(home, 0o755)
  const media = await startMediaHost(onSent)
  const env = {
    DATA_DIR: home,
    PORT: '19100',
    NODE_ENV: 'production',
    GRAPH_URL: media.url,
    DATABASE_URL: '',
    DATABASE_OWNER_URL: '',
    // One bench works for many people.
    RATE_LIMIT_SESSION: '1000000',
    RATE_LIMIT_TENANT_BASIC: '1000000',
    RATE_LIMIT_SEND: '1000000',
    RATE_LIMIT_SOCKET_CONNECTS: '1000000',
    ...settings,
  }
  const worker = apart ? await startServerProcess({ ...env, ROLE: 'worker' }) : undefined
  const web = { ROLE: 'web', DATABASE_URL: worker?.appUrl ?? '', DATABASE_OWNER_URL: worker?.ownerUrl ?? '', RATE_LIMIT_STORE: 'memory' }
  const server = await startServerProcess(worker ? { ...env, ...web } : env)
  const account = { email: `bench@${Date.now()}.example`, password: 'uma senha de bancada' }
  const call = async (method: string, url: string, body?: object, token?: string) => {
    const r = await fetch(server.url + url, {
      method,
      headers: { ...(body ? { 'content-type': 'application/json' } : {}), ...(token ? { authorization: `Bearer ${token}` } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    })
    if (!r.ok) throw new Error(`${url}: ${r.status} ${await r.text()}`)
    return r.json()
  }
  const login = await call('POST', '/api/auth/register', { companyName: 'Bancada', name: 'Bancada', ...account })
  // Row-level security binds the owner too: without a tenant it sees next to nothing.
  const db = new pg.Pool({ connectionString: server.ownerUrl, max: 2, options: `-c app.tenant_id=${login.me.tenant.id}` })
  const target: Target = { url: server.url, phoneNumberId: '777000111222', wabaId: '777000111333', appSecret: 'bench-app-secret' }
  const { phoneNumberId, wabaId, appSecret } = target
  await call('POST', '/api/channels', { name: 'Bancada', accessToken: 'token-of-the-bench', phoneNumberId, wabaId, appSecret }, login.accessToken)
  const mark = await processMarks(server.ownerUrl, home, login.me.tenant.id)
  const number = async (text: string) => Number((await db.query(text)).rows[0]?.n ?? 0)
  return {
    server,
    /** When web and worker are apart. */
    worker,
    home,
    target,
    account,
    call,
    token: String(login.accessToken),
    usage: () => usage(server.pid),
    mediaUrl: media.url,
    /** SQL as the owner, in the tenant of the bench. */
    ask: async (text: string) => (await db.query<Record<string, string>>(text)).rows,
    number,
    /** Updates that were understood: messages and statuses. */
    stored: () => number('select (select count(*) from messages) + (select count(*) from message_statuses) n'),
    mediaWaiting: () => number("select count(*) n from media where status = 'pending'"),
    mediaLost: () => number("select count(*) n from media where status not in ('pending', 'stored')"),
    sentMessages: (count: number) => plantSentMessages(db, mark, call, String(login.accessToken), count),
    waiting: () => number('select waiting n from door_webhook_backlog()'),
    /** Which of the accepted ids are missing, and how many are there more than once. */
    async check(accepted: readonly Fact[]) {
      const messages = accepted.flatMap((f) => (f.kind === 'status' ? [] : [f.id]))
      const statuses = accepted.flatMap((f) => (f.kind === 'status' ? [f] : []))
      const { rows } = await db.query<{ lost: string; doubled: string }>(
        `with m as (select p, (select count(*) from messages x where x.provider_id = p) n from unnest($1::text[]) p),
          s as (select (select count(*) from message_statuses x where x.provider_id = p and x.status = t) n from unnest($2::text[], $3::text[]) y(p, t)),
          n as (select n from m union all select n from s)
        select count(*) filter (where n = 0) lost, count(*) filter (where n > 1) doubled from n`,
        [messages.map(mark), statuses.map((f) => mark(f.id)), statuses.map((f) => f.status)],
      )
      return { lost: Number(rows[0]?.lost), doubled: Number(rows[0]?.doubled) }
    },
    async close() {
      await db.end()
      await server.stop()
      await worker?.stop()
      await media.close()
      rmSync(home, { recursive: true, force: true })
    },
  }
}
type Call = (method: string, url: string, body?: object, token?: string) => Promise<{ id: string }>
const RECIPIENTS = 500

/**
 * Messages of ours that are waiting for their statuses, straight into the database: sending them is not what is measured. Their people
 * are made the ordinary way, since they are sealed.
 */
async function plantSentMessages(
  db: pg.Pool,
  mark: (realId: string) => string,
  call: Call,
  token: string,
  count: number,
): Promise<{ id: string; to: string }[]> {
  const run = Date.now()
  const phones = Array.from({ length: RECIPIENTS }, (_, i) => customer(40_000_000 + (run % 1_000_000) * RECIPIENTS + i, 90_000_000))
  const people: { id: string; phone: string }[] = []
  for (const [i, phone] of phones.entries()) {
    const { id } = await call('POST', '/api/contacts', { name: `Destino ${i}`, phone: `+${phone}` }, token)
    people.push({ id, phone })
  }
  const wamids = Array.from({ length: count }, (_, i) => `wamid.OUT${run}x${i}`)
  const { rows } = await db.query<{ id: string; to: string }>(
    `with c as (select id, tenant_id from channels limit 1),
      k as (select * from unnest($2::uuid[], $4::text[]) k(id, phone)),
      v as (insert into conversations (id, tenant_id, channel_id, contact_id, last_activity_at) select uuidv7(), c.tenant_id, c.id, k.id, now() from c, k returning id, contact_id),
      p as (select v.id, k.phone, row_number() over () r, count(*) over () n from v join k on k.id = v.contact_id),
      w as (select * from unnest($1::text[], $3::text[]) with ordinality w(wamid, mark, s)),
      m as (insert into messages (id, tenant_id, conversation_id, channel_id, direction, type, status, at, provider_id)
        select uuidv7(), c.tenant_id, p.id, c.id, 'out', 'text', 'sent', now(), w.mark
        from w join p on p.r = w.s % p.n + 1, c returning provider_id, conversation_id)
    select w.wamid id, p.phone "to" from m join w on w.mark = m.provider_id join p on p.id = m.conversation_id`,
    [wamids, people.map((p) => p.id), wamids.map(mark), people.map((p) => p.phone)],
  )
  return rows
}
export type Rig = Awaited<ReturnType<typeof startRig>>

export async function untilDrained(rig: Rig, maxSeconds = 120): Promise<number> {
  const begin = performance.now()
  while ((await rig.waiting()) > 0) {
    if (performance.now() - begin > maxSeconds * 1000) throw new Error('the backlog was not drained in time')
    await new Promise((r) => setTimeout(r, 50))
  }
  return Math.round(performance.now() - begin)
}
