import { randomUUID } from 'node:crypto'
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { JOB_DEFINITIONS, jobBindings } from '../packages/server/src/jobs.ts'
import { inTenant } from '../packages/server/src/platform/database.ts'
import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import { storageKeyPattern } from '../packages/server/src/platform/storage-keys.ts'
import { connectChannel, delivery, inbound, newWamid, post } from '../packages/server/src/testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../packages/server/src/testing/test-server.ts'

import { DOORS_ONLY } from './isolation-limits.ts'
import { OPERATION_TABLES } from './isolation-operations.ts'

/**
 * What works without anybody asking carries its tenant too: jobs that name another tenant's things do nothing, files lie in their
 * tenant's folder, and a query that forgot its filter finds only the own rows.
 */
type Owner = Awaited<ReturnType<TestServer['register']>>
let server: TestServer
let victim: Owner
let intruder: Owner
const ids: Record<string, string> = {}

beforeAll(async () => {
  server = await startTestServer()
  victim = await server.register('Hotel da Vítima')
  intruder = await server.register('Curiosos Ltda')
  const channel = await connectChannel(server, victim)
  await connectChannel(server, intruder)
  const wamid = newWamid()
  await post(server, channel, delivery(channel, { messages: [inbound({ id: wamid, text: 'quero um quarto' })] }))
  const row = await eventually(
    async () =>
      (
        await server.sql<{ id: string; conversation_id: string }>('select id, conversation_id from messages where provider_id = any($1)', [
          await server.providerIds(wamid),
        ])
      )[0],
  )
  for (const who of [victim, intruder]) {
    const form = new FormData()
    form.set('file', new File([Buffer.from('a,b\n')], 'a.csv', { type: 'text/csv' }))
    form.set('kind', 'document')
    const { body } = await server.call<{ id: string }>('POST', '/api/media', { token: who.token, body: form })
    ids[who === victim ? 'media' : 'ownMedia'] = body.id
  }
  // Nothing of its own goes on any more: what changes from here on is the tests' doing.
  await eventually(
    async () =>
      (await server.sql<{ n: number }>("select count(*)::int n from pgboss.job where state = 'active' or state = 'created' and start_after <= now()"))[0]?.n ===
      0,
    20_000,
  )
  await server.sql("delete from pgboss.job where state in ('created', 'retry')")
  Object.assign(ids, { channel: channel.id, conversation: row.conversation_id, message: row.id, waba: channel.wabaId })
})
afterAll(() => server.close())

const tenantTables = () =>
  server.sql<{ name: string }>(`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
    join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' where n.nspname = 'public' and c.relkind = 'r' order by 1`)

/** Everything that the victim has, as one digest per table. */
async function snapshot(): Promise<Record<string, string>> {
  const out: Record<string, string> = {}
  for (const { name } of await tenantTables()) {
    const [row] = await server.sql<{ d: string }>(`select coalesce(md5(string_agg(t::text, '|' order by t::text)), '') d from ${name} t where tenant_id = $1`, [
      victim.tenantId,
    ])
    out[name] = row?.d ?? ''
  }
  return out
}

/** What each job is called with: the intruder's tenant, the victim's things. A new job must be added here. */
const PAYLOADS: Record<string, () => Record<string, unknown>> = {
  'access.send-mail': () => ({ mailId: uuidv7(), sealed: server.ctx.keys.seal(`mails:${uuidv7()}`, '{}').toString('base64') }),
  'channels.check': () => ({ channelId: ids.channel }),
  'media.derive': () => ({ mediaId: ids.media }),
  'media.erase': () => ({ mediaIds: [ids.media] }),
  'media.download': () => ({
    mediaId: ids.media,
    channelId: ids.channel,
    messageId: ids.message,
    providerMediaId: '1',
    url: null,
    sha256: null,
  }),
  'messages.mark-read': () => ({ conversationId: ids.conversation }),
  'templates.sync': () => ({ channelId: ids.channel, wabaId: ids.waba }),
}

describe('jobs', () => {
  it('every one is known here', () => {
    expect(Object.keys(PAYLOADS).sort()).toEqual(JOB_DEFINITIONS.map((j) => j.name).sort())
  })

  it('with the tenant of one and the things of another nothing happens', async () => {
    const before = await snapshot()
    const meta = { id: uuidv7(), attempt: 1, lastAttempt: false }
    for (const { job, run } of jobBindings(server.ctx)) {
      const payload = { tenantId: intruder.tenantId, ...PAYLOADS[job.name]?.() }
      const definition = JOB_DEFINITIONS.find((j) => j.name === job.name)
      expect([job.name, definition?.payload.safeParse(payload).success]).toEqual([job.name, true])
      // Doing nothing and refusing are both right; reaching across is not.
      await run(payload, meta).catch(() => {})
      expect([job.name, await snapshot()]).toEqual([job.name, before])
    }
  })
})

describe('sending', () => {
  it('a sender that is given another tenant’s conversation finds nothing', async () => {
    const { sendNext } = await import('../packages/server/src/features/channels/whatsapp-cloud/send.ts')
    const before = await server.sql('select status from messages order by id')
    await sendNext(server.ctx, { tenantId: intruder.tenantId, conversationId: ids.conversation ?? '', holder: randomUUID() })
    expect(await server.sql('select status from messages order by id')).toEqual(before)
  })
})

describe('files', () => {
  it('lie in the folder of their tenant, by a name of our form', async () => {
    const root = path.join(server.home, 'media')
    const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
    expect(files.length).toBeGreaterThanOrEqual(2)
    for (const f of files) {
      const key = path.relative(root, path.join(f.parentPath, f.name))
      expect([key, storageKeyPattern.test(key)]).toEqual([key, true])
      const [media] = await server.sql<{ tenant_id: string }>('select tenant_id from media where id = $1', [path.basename(key).split('.')[0]])
      expect([key, media?.tenant_id]).toEqual([key, key.split('/')[0]])
    }
  })
})

describe('a query that forgot its filter', () => {
  it('finds the own rows only, in every table, and nothing without a tenant', async () => {
    const foreign = await inTenant(server.ctx.db, intruder.tenantId, async (tx) => {
      const out: Record<string, unknown[]> = {}
      for (const { name } of await tenantTables()) {
        if (DOORS_ONLY.has(name) || OPERATION_TABLES.includes(name)) continue
        const { rows } = await sql<{ tenant_id: string | null }>`select tenant_id from ${sql.table(name)}`.execute(tx)
        const others = rows.filter((r) => r.tenant_id !== null && r.tenant_id !== intruder.tenantId)
        if (others.length > 0) out[name] = others
      }
      return out
    })
    expect(foreign).toEqual({})
    const own = await inTenant(server.ctx.db, victim.tenantId, (tx) => tx.selectFrom('messages').select('id').execute())
    expect(own.map((r) => r.id)).toContain(ids.message)
    expect(await server.ctx.db.selectFrom('messages').selectAll().execute()).toEqual([])
  })

  it('changes and removes the own rows only', async () => {
    const before = await snapshot()
    await inTenant(server.ctx.db, intruder.tenantId, async (tx) => {
      await sql`update conversations set unread_count = 99`.execute(tx)
      await sql`update contacts set updated_at = now()`.execute(tx)
      await sql`delete from tags`.execute(tx)
      await sql`delete from data_keys where purpose = 'media'`.execute(tx)
    })
    expect(await snapshot()).toEqual(before)
  })
})
