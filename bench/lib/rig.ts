import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import pg from 'pg'
import { startServerProcess } from '../../packages/server/src/testing/server-process.ts'
import type { Target } from './load.ts'

const TICKS_PER_SECOND = 100

/** CPU seconds and memory of a process, from /proc. */
function usage(pid: number): { cpu: number; rss: number; peak: number } {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  const kb = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0)
  return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND, rss: Math.round(kb('VmRSS') / 1024), peak: Math.round(kb('VmHWM') / 1024) }
}

/** A real server process with an embedded PostgreSQL of its own, one tenant and one channel. */
export async function startRig() {
  const home = mkdtempSync(path.join(tmpdir(), 'atende-bench-'))
  chmodSync(home, 0o755)
  const server = await startServerProcess({ DATA_DIR: home, PORT: '39100', NODE_ENV: 'production', DATABASE_URL: '', DATABASE_OWNER_URL: '' })
  const db = new pg.Pool({ connectionString: server.ownerUrl, max: 2 })
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
  const target: Target = { url: server.url, phoneNumberId: '777000111222', wabaId: '777000111333', appSecret: 'bench-app-secret' }
  const { phoneNumberId, wabaId, appSecret } = target
  await call('POST', '/api/channels', { name: 'Bancada', accessToken: 'token-of-the-bench', phoneNumberId, wabaId, appSecret }, login.accessToken)
  const number = async (text: string) => Number((await db.query(text)).rows[0]?.n ?? 0)
  return {
    server,
    target,
    account,
    token: String(login.accessToken),
    usage: () => usage(server.pid),
    stored: () => number('select count(*) n from messages'),
    waiting: () => number('select waiting n from door_webhook_backlog()'),
    /** Which of the accepted ids are missing, and how many are there more than once. */
    async check(accepted: readonly string[]) {
      const { rows } = await db.query<{ lost: string; doubled: string }>(
        `select (select count(*) from unnest($1::text[]) x(p) where not exists (select from messages m where m.provider_id = x.p)) lost,
          (select count(*) from (select provider_id from messages where provider_id = any($1::text[]) group by 1 having count(*) > 1) d) doubled`,
        [accepted],
      )
      return { lost: Number(rows[0]?.lost), doubled: Number(rows[0]?.doubled) }
    },
    async close() {
      await db.end()
      await server.stop()
      rmSync(home, { recursive: true, force: true })
    },
  }
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
