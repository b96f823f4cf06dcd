import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import type { ClientToServerEvents, ServerToClientEvents } from '@atende/contracts/realtime'
import { io, type Socket } from 'socket.io-client'
import { inject } from 'vitest'
import { z } from 'zod'
import { openDetails } from '../features/audit/sealed-details.ts'
import { messageMarks, openRealId } from '../features/messages/message-ids.ts'
import { startServer } from '../main.ts'
import { loadConfig } from '../platform/config.ts'
import { inTenant, openDatabase, useKeys } from '../platform/database.ts'
import { Keys } from '../platform/keys.ts'
import { MasterKeys } from '../platform/master-keys.ts'
import { createTestDatabase, sqlAs } from './test-database.ts'

declare module 'vitest' {
  interface ProvidedContext {
    postgres: { port: number; password: string }
  }
}

/** Tests hurry; what a limit does is asked where it is set. */
export const GENEROUS = {
  RATE_LIMIT_STORE: 'memory',
  RATE_LIMIT_SESSION: '1000000',
  RATE_LIMIT_TENANT_BASIC: '1000000',
  RATE_LIMIT_SEND: '1000000',
  RATE_LIMIT_PUBLIC: '1000000',
  RATE_LIMIT_REFUSED: '1000000',
  RATE_LIMIT_WEBHOOK_REFUSED: '1000000',
  RATE_LIMIT_SOCKET_CONNECTS: '1000000',
}
const DiaryLine = z.object({
  action: z.string(),
  outcome: z.string(),
  actor_user_id: z.string().nullable(),
  tenant_id: z.string().nullable(),
  object_id: z.string().nullable(),
  request_id: z.string().nullable(),
})

export type TestServer = Awaited<ReturnType<typeof startTestServer>>
export type Answer<T = Record<string, unknown>> = { status: number; body: T; headers: Headers }
export type TestSocket = Socket<ServerToClientEvents, ClientToServerEvents>

/** What an older version left behind. */
type Found = { database: Awaited<ReturnType<typeof createTestDatabase>>; home: string }

/** A real server on a free port with a database of its own. Stop it in `afterAll`. */
export async function startTestServer(settings: Record<string, string> = {}, found?: Found) {
  const database = found?.database ?? (await createTestDatabase(inject('postgres')))
  const home = found?.home ?? mkdtempSync(path.join(tmpdir(), 'atende-test-home-'))
  const { db } = openDatabase(database.appUrl, 8)
  const config = loadConfig({
    NODE_ENV: 'test',
    PORT: '0',
    LOG_LEVEL: 'fatal',
    LOGIN_LIMIT: '5',
    SIGN_UP_LIMIT: '1000',
    ...GENEROUS,
    DATABASE_URL: database.appUrl,
    DATA_DIR: home,
    ...settings,
  })
  const keys = new Keys(new MasterKeys(['11'.repeat(32)]))
  useKeys(db, keys)
  const installation = {
    home,
    keys,
    db,
    appUrl: database.appUrl,
    ownerUrl: database.ownerUrl,
    appRole: 'atende_app',
    embedded: undefined,
    close: () => db.destroy(),
  }
  const server = await startServer(config, installation)

  /** A request with an optional access token; the body of a problem or an answer is parsed. */
  async function call<T = Record<string, unknown>>(
    method: string,
    url: string,
    options: { token?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Answer<T>> {
    const response = await fetch(server.url + url, {
      method,
      redirect: 'manual',
      headers: {
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
        ...(options.body !== undefined && !(options.body instanceof FormData) ? { 'content-type': 'application/json' } : {}),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: options.body instanceof FormData ? options.body : JSON.stringify(options.body) }),
    })
    const text = await response.text()
    const json = /[/+]json\b/.test(response.headers.get('content-type') ?? '')
    return { status: response.status, body: (json && text ? JSON.parse(text) : text) as T, headers: response.headers }
  }

  let people = 0
  /** A new tenant with its owner logged in. */
  async function register(companyName = `Empresa ${++people}`) {
    const email = `dono${++people}.${Math.random().toString(36).slice(2, 8)}@example.com`
    const password = 'uma senha bem longa'
    const answer = await call<{ accessToken: string; me: { user: { id: string }; tenant: { id: string } } }>('POST', '/api/auth/register', {
      body: { companyName, name: 'Dona Teste', email, password },
    })
    if (answer.status !== 201) throw new Error(`register: ${answer.status} ${JSON.stringify(answer.body)}`)
    const { accessToken, me } = answer.body
    return {
      token: accessToken,
      userId: me.user.id,
      tenantId: me.tenant.id,
      email,
      password,
      cookie: answer.headers
        .getSetCookie()
        .map((c) => c.split(';')[0])
        .join('; '),
    }
  }

  /** A socket that is connected and, with a token, authenticated. */
  async function connect(token?: string): Promise<TestSocket> {
    const socket: TestSocket = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false, ...(token ? { auth: { token } } : {}) })
    await new Promise<void>((done, failed) => {
      socket.once('connect', () => done())
      socket.once('connect_error', failed)
    })
    return socket
  }

  return {
    ...server,
    database,
    home,
    call,
    register,
    connect,
    /** SQL as superuser: sees every tenant's rows. */
    sql: <R extends Record<string, unknown>>(text: string, values: unknown[] = []) => sqlAs<R>(database.superUrl, text, values),
    /**
     * Waits until no transaction is older than the newest event: a cursor that is given from here on leaves all of them behind. Those of
     * other databases count, too, so other tests may hold it back.
     */
    async settled(): Promise<void> {
      const open = 'select 1 from outgoing_events where xid >= pg_snapshot_xmin(pg_current_snapshot()) limit 1'
      await eventually(async () => (await sqlAs(database.superUrl, open)).length === 0, 60_000)
    },
    /** By what these ids of messages are recognised in the database, in each of the companies: for `provider_id = any($1)`. */
    async providerIds(...realIds: string[]): Promise<string[]> {
      const tenants = await sqlAs<{ id: string }>(database.superUrl, 'select id from tenants')
      const marks = await Promise.all(tenants.map(({ id }) => inTenant(db, id, messageMarks)))
      return marks.flatMap((mark) => realIds.map(mark))
    },
    /** The id by which WhatsApp knows a message. */
    async realId(messageId: string): Promise<string> {
      type Row = { id: string; tenant_id: string; provider_id_sealed: Buffer | null }
      const [row] = await sqlAs<Row>(database.superUrl, 'select id, tenant_id, provider_id_sealed from messages where id = $1', [messageId])
      return (row && (await inTenant(db, row.tenant_id, (tx) => openRealId(tx, row)))) ?? ''
    },
    /** Lines of the diary, opened, in the order of the chain; `where` is SQL about `audit_logs`. */
    async diary(where: string, values: unknown[] = []) {
      const rows = await sqlAs(database.superUrl, `select * from audit_logs where ${where} order by at, seq`, values)
      return rows.map((row) => ({ ...DiaryLine.parse(row), ...openDetails(keys, row as Parameters<typeof openDetails>[1]) }))
    },
    async close() {
      await server.stop()
      await db.destroy()
      await database.drop()
      rmSync(home, { recursive: true, force: true })
    },
  }
}

/** Waits until `probe` answers something, asking every few milliseconds. @throws after `ms` */
export async function eventually<T>(probe: () => Promise<T | undefined | false | null> | T | undefined | false | null, ms = 20_000): Promise<T> {
  const end = Date.now() + ms
  for (;;) {
    const value = await probe()
    if (value) return value
    if (Date.now() > end) throw new Error('waited in vain')
    await new Promise((r) => setTimeout(r, 20))
  }
}
