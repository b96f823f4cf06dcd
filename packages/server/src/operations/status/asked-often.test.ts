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
  await c.query(
    `insert into audit_logs (id, tenant_id, action, outcome, sealed, seq, at) select gen_random_uuid(), $1, 'x.y', 'success', '\\x00', 1000 + n, now()
      from generate_series(1, ${ROWS}) n`,
    [tenantId],
  )
  await c.query(`update audit_heads set seq = 21000, checkpoint_seq = 20000 where tenant_id = $1`, [tenantId])
  await c.query(
    `insert into audit_checkpoints (id, tenant_id, seq, hash, at, key_id, signature) select gen_random_uuid(), $1, n, '\\x00', now(), 'k', '\\x00'
      from generate_series(1, ${ROWS}) n`,
    [tenantId],
  )
  await c.query('analyze send_lanes, audit_logs, audit_checkpoints, audit_heads')
  await c.end()
})
afterAll(() => server.close())

/** Rows that were read without an index, by table, while this was asked. */
async function readWhole(question: string): Promise<Record<string, number>> {
  const c = new pg.Client({ connectionString: server.database.superUrl })
  await c.connect()
  await c.query('begin')
  await c.query(question)
  const { rows } = await c.query<{ relname: string; n: string }>('select relname, seq_tup_read n from pg_stat_xact_user_tables where seq_tup_read > 100')
  await c.end()
  return Object.fromEntries(rows.map((r) => [r.relname, Number(r.n)]))
}

it.each(['door_metrics', 'door_server_figures', 'door_numbers', 'door_send_backlog', 'door_webhook_backlog'])('%s reads no whole table', async (door) => {
  const { audit_checkpoints: checkpoints = 0, ...others } = await readWhole(`select * from ${door}()`)
  expect(others).toEqual({})
  expect(checkpoints).toBeLessThanOrEqual(1000)
})

it('and says what it said', async () => {
  const [figures] = await server.sql<{ lanes_waiting: string; audit_uncopied: string; audit_open_since: Date }>('select * from door_metrics()')
  expect(figures).toMatchObject({ lanes_waiting: '2', audit_uncopied: '1000', audit_open_since: expect.any(Date) })
  const [other] = await server.sql<{ unsigned_since: Date }>('select * from door_server_figures()')
  expect(other?.unsigned_since).toEqual(figures?.audit_open_since)
})
