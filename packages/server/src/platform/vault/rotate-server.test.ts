import { createHmac } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openRecord } from '../../features/audit/access-records.ts'
import { ownKeys } from '../../features/audit/signing-keys.ts'
import { isUrlValid, mediaUrl } from '../../features/media/media-url.ts'
import { SERVER_SEALED } from '../../server-sealed.ts'
import { connectChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { type Database, openDatabase, useKeys } from '../database.ts'
import { Keys } from '../keys.ts'
import { MasterKeys } from '../master-keys.ts'
import { rotateMaster } from './rotate.ts'
import { rotateServer } from './rotate-server.ts'
import { loadServerKeys } from './server-key.ts'

const WAIT_MS = 4000
let server: TestServer
let second: TestServer
let asOwner: Database
beforeAll(async () => {
  server = await startTestServer({ META_APP_SECRET: APP_SECRET })
  second = await startTestServer({ ROLE: 'web' }, { database: server.database, home: server.home })
  asOwner = openDatabase(server.database.ownerUrl, 2).db
})
afterAll(async () => {
  await asOwner.destroy()
  await second.stop()
  await server.close()
})

/** A command of its own, beside the running servers. */
async function command(masters = ['11'.repeat(32)]): Promise<{ keys: Keys; db: Database }> {
  const { db } = openDatabase(server.database.appUrl, 2)
  const keys = new Keys(new MasterKeys(masters))
  useKeys(db, keys)
  return { keys, db }
}
async function rotate(progress: (done: number, total: number) => void = () => {}) {
  const { keys, db } = await command()
  return rotateServer(asOwner, keys, SERVER_SEALED, progress, WAIT_MS).finally(() => db.destroy())
}

/** Columns of whatever table that hold sealed values, and how many of an earlier version's stand in them. */
async function leftovers(version: number): Promise<string[]> {
  const columns = await server.sql<{ t: string; c: string }>(`select table_name t, column_name c from information_schema.columns
    where table_schema = 'public' and data_type = 'bytea' and column_name ~ '(_enc|sealed|^body)$' and table_name not like '%hash%'`)
  const out: string[] = []
  for (const { t, c } of columns) {
    const [row] = await server.sql<{ n: number }>(
      `select count(*)::int n from "${t}" where substring("${c}" for 1) = '\\x01' or (substring("${c}" for 1) = '\\x03' and substring("${c}" from 2 for 4) <> $1)`,
      [Buffer.from(version.toString(16).padStart(8, '0'), 'hex')],
    )
    if (row && row.n > 0) out.push(`${t}.${c}`)
  }
  return out
}

type Person = Awaited<ReturnType<TestServer['register']>>
const me = (at: TestServer, p: Person) => at.call('GET', '/api/auth/me', { token: p.token })

const APP_SECRET = 'a secret of the whole server'
/** Signed by the server's app, of a number that nobody connected. */
async function nobodysDelivery(): Promise<void> {
  const body = JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [{ id: '1', changes: [{ field: 'messages', value: { metadata: { phone_number_id: '99' } } }] }],
  })
  const signature = createHmac('sha256', APP_SECRET).update(body).digest('hex')
  const headers = { 'content-type': 'application/json', 'x-hub-signature-256': `sha256=${signature}` }
  expect((await fetch(`${server.url}/webhooks/whatsapp`, { method: 'POST', headers, body })).status).toBe(200)
}

/** A channel's and a login provider's, as an earlier version sealed them. */
async function oldSecrets(person: Person | undefined): Promise<void> {
  const channel = await connectChannel(server, person ?? (await server.register()))
  for (const c of ['access_token', 'app_secret', 'verify_token'])
    await server.sql(`update channels set ${c}_enc = $2 where id = $1`, [channel.id, server.ctx.keys.seal(`channels.${c}:${channel.id}`, 'um segredo')])
  const sealed = server.ctx.keys.seal(`sso_settings.client_secret:${person?.tenantId}`, 'um segredo')
  await server.sql("insert into sso_settings (tenant_id, label, issuer, client_id, client_secret_enc) values ($1, 'x', 'https://x.example', 'x', $2)", [
    person?.tenantId,
    sealed,
  ])
}

/** Something of everything that the server's own key seals. */
async function fill(n: number): Promise<Person[]> {
  const people = await Promise.all(Array.from({ length: n }, () => server.register()))
  for (const p of people) {
    expect((await server.call('POST', '/api/auth/factors/totp', { token: p.token })).status).toBeLessThan(300)
  }
  await server.ctx.addresses.ban('public', `203.0.113.${people.length}`)
  await server.sql('insert into address_lists (lists_enc) values ($1) on conflict do nothing', [server.ctx.addresses.sealLists({ allow: [], block: [] })])
  await nobodysDelivery()
  await oldSecrets(people[0])
  return people
}

describe("the server's own key", () => {
  it('is replaced while people come and go; every value is sealed anew, and nobody is logged out', async () => {
    const people = await fill(4)
    const link = new URL(mediaUrl(server.ctx, { tenantId: 't', conversationId: null }, 'm'), server.url).searchParams
    const token = { t: link.get('t') ?? '', e: link.get('e') ?? '', s: link.get('s') ?? '' }
    let rotating = true
    let calls = 0
    const traffic = (async () => {
      while (rotating) {
        const newcomer = await server.register()
        people.push(newcomer)
        // A token of one process is good in the other at any moment.
        for (const p of people.slice(-4)) expect([(await me(server, p)).status, (await me(second, p)).status]).toEqual([200, 200])
        calls++
      }
    })()
    const seen: [number, number][] = []
    const done = await rotate((n, total) => seen.push([n, total])).finally(() => {
      rotating = false
    })
    await traffic
    expect(done).toMatchObject({ version: 2, broken: 0 })
    expect(calls).toBeGreaterThan(0)
    expect(done.values).toBeGreaterThanOrEqual(15)
    expect(await server.sql('select 1 from webhook_events where tenant_id is null and get_byte(body, 0) = 3')).toHaveLength(1)
    expect(seen.at(-1)?.[0]).toBe(done.values)
    await eventually(() => server.ctx.keys.version === 2 && second.ctx.keys.version === 2)
    for (const p of people) expect((await me(server, p)).status).toBe(200)
    expect(isUrlValid(server.ctx, 'm', token)).toBe(true)
    // The diary stays as it was hashed, and reads as before.
    expect((await leftovers(2)).filter((c) => c !== 'audit_logs.sealed')).toEqual([])
    const lines = await server.diary('true')
    expect(lines.length).toBeGreaterThan(0)
    expect(lines.every((l) => l.ip !== undefined)).toBe(true)
    expect(await ownKeys(server.ctx.db, server.ctx.keys)).toHaveLength((await server.sql('select 1 from audit_keys')).length)
    const records = await server.sql<Parameters<typeof openRecord>[1]>('select * from access_records')
    expect(records.length).toBeGreaterThan(0)
    expect(records.every((r) => openRecord(server.ctx.keys, r) !== undefined)).toBe(true)
  })

  it('what was stopped in the middle goes on with the same version', async () => {
    await fill(3)
    const stop = () => {
      throw new Error('the power went')
    }
    await expect(rotate(stop)).rejects.toThrow('the power went')
    const [half] = await server.sql<{ version: number; resealed_at: Date | null }>(
      'select version, resealed_at from server_key_versions order by 1 desc limit 1',
    )
    expect(half).toMatchObject({ version: 3, resealed_at: null })
    // Readable in between, by both keys.
    const records = await server.sql<Parameters<typeof openRecord>[1]>('select * from access_records')
    await eventually(() => server.ctx.keys.version === 3)
    expect(records.every((r) => openRecord(server.ctx.keys, r) !== undefined)).toBe(true)
    expect(await rotate()).toMatchObject({ version: 3, broken: 0 })
    expect((await leftovers(3)).filter((c) => c !== 'audit_logs.sealed')).toEqual([])
    expect((await rotate()).version).toBe(4)
  })

  it('its versions are wrapped anew with the master key, and open with the new one alone', async () => {
    const both = await command(['22'.repeat(32), '11'.repeat(32)])
    await rotateMaster(asOwner, both.db, both.keys, () => {})
    const fresh = await command(['22'.repeat(32)])
    await loadServerKeys(fresh.db, fresh.keys)
    expect(fresh.keys.derive('access-token')).toEqual(server.ctx.keys.derive('access-token'))
    for (const c of [both, fresh]) await c.db.destroy()
  })
})

describe('signatures', () => {
  const [a, b] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)]
  const keysWith = (activeAt: number) => {
    const keys = new Keys(new MasterKeys(['11'.repeat(32)]), a)
    keys.useVersions([
      { version: 1, key: a, activeAt: Number.NEGATIVE_INFINITY },
      { version: 2, key: b, activeAt },
    ])
    return keys
  }
  it('of the earlier version count until their time is over, and not longer', () => {
    const [soon, now, long] = [keysWith(Date.now() + 60_000), keysWith(Date.now() - 1000), keysWith(Date.now() - 3_600_000)]
    expect([soon.version, now.version, long.version]).toEqual([1, 2, 2])
    expect(now.accepted('access-token', 900_000)).toHaveLength(2)
    expect(long.accepted('access-token', 900_000)).toEqual([long.derive('access-token', 2)])
    // A process that is a moment ahead is believed.
    expect(soon.accepted('access-token', 900_000)[0]).toEqual(now.derive('access-token'))
  })
  it('what an earlier version sealed opens, and each value says which', () => {
    const old = new Keys(new MasterKeys(['11'.repeat(32)]), a).seal('x:1', 'segredo')
    const keys = keysWith(0)
    expect(keys.open('x:1', old)).toBe('segredo')
    const sealed = keys.seal('x:1', 'segredo')
    expect([...sealed.subarray(0, 5)]).toEqual([3, 0, 0, 0, 2])
    expect(keys.open('x:1', sealed)).toBe('segredo')
    expect(() => keys.open('x:2', sealed)).toThrow()
    let asked = 0
    const behind = new Keys(new MasterKeys(['11'.repeat(32)]), a)
    behind.onUnknown = () => asked++
    expect(() => behind.open('x:1', sealed)).toThrow('version 2')
    expect(asked).toBe(1)
  })
})
