import pg from 'pg'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

/** What metrics, alerts and /health ask every few seconds stays cheap on a server that has been used for years. */
let server: TestServer
const ROWS = 20_000
beforeAll(async () => {
  server = await startTestServer()
  const { tenantId } = await server.register()
  const c = new pg.Client({ connectionString: server.database.superUrl })
  await c.connect()
  await c.query('set session_replication_role = replica')
  await c.query(`insert into send_lanes (conversation_id, tenant_id, channel_id) select gen_random_uuid(), $1, $1 from generate_series(1, ${ROWS})`, [tenantId])
  await c.query(`insert into send_lanes (conversation_id, tenant_id, channel_id, due_at, holder) values
    (gen_random_uuid(), '${tenantId}', '${tenantId}', now() + interval '1 day', null), (gen_random_uuid(), '${tenantId}', '${tenantId}', now(), gen_random_uuid())`)
  // Two hundred companies, each with a line that is not signed yet.
  await c.query(
    `insert into audit_heads (chain, tenant_id, seq, checkpoint_seq) select x, x, 100, 99 from (select gen_random_uuid() x from generate_series(1, 200)) y`,
  )
  await c.query(`insert into audit_logs (id, tenant_id, action, outcome, sealed, seq, at)
    select gen_random_uuid(), h.tenant_id, 'x.y', 'success', '\\x00', n, now() from audit_heads h, generate_series(1, 100) n where h.seq = 100`)
  await c.query(
    `insert into audit_checkpoints (id, tenant_id, seq, hash, at, key_id, signature) select gen_random_uuid(), $1, n, '\\x00', now(), 'k', '\\x00'
      from generate_series(1, ${ROWS}) n`,
    [tenantId],
  )
  // What was understood and what has arrived, with a little that has not.
  await c.query(
    `insert into webhook_events (id, tenant_id, body, received_at, processed_at, understood) select gen_random_uuid(), $1, '\\x00', now(), now(), true from generate_series(1, ${ROWS})`,
    [tenantId],
  )
  await c.query(`insert into webhook_events (id, tenant_id, body) values (gen_random_uuid(), $1, '\\x00')`, [tenantId])
  await c.query(
    `insert into media (id, tenant_id, kind, mime, status, created_at) select gen_random_uuid(), $1, 'image', 'image/png', case n when 1 then 'pending' else 'stored' end, now()
      from generate_series(1, ${ROWS}) n`,
    [tenantId],
  )
  await c.query('analyze send_lanes, audit_logs, audit_checkpoints, audit_heads, webhook_events, media')
  await c.end()
})
afterAll(() => server.close())

/** Rows that were read without an index, by table, while this was asked; those of small tables (one row per company) do not count. */
async function readWhole(question: string): Promise<Record<string, number>> {
  const c = new pg.Client({ connectionString: server.database.superUrl })
  await c.connect()
  await c.query('begin')
  await c.query(question)
  const { rows } = await c.query<{ relname: string; n: string }>('select relname, seq_tup_read n from pg_stat_xact_user_tables where seq_tup_read > 1000')
  await c.end()
  return Object.fromEntries(rows.map((r) => [r.relname, Number(r.n)]))
}

it.each(['door_metrics', 'door_server_figures', 'door_numbers', 'door_send_backlog', 'door_webhook_backlog'])('%s reads no whole table', async (door) => {
  expect(await readWhole(`select * from ${door}()`)).toEqual({})
})

it('and says what it said', async () => {
  const [figures] = await server.sql<{ lanes_waiting: string; audit_uncopied: string; audit_open_since: Date }>('select * from door_metrics()')
  expect(figures).toMatchObject({ lanes_waiting: '2', audit_uncopied: '1000', audit_open_since: expect.any(Date) })
  const [other] = await server.sql<{ unsigned_since: Date }>('select * from door_server_figures()')
  expect(other?.unsigned_since).toEqual(figures?.audit_open_since)
})
