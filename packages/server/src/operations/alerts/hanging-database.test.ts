import { rmSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { makeCheckpoints } from '../../features/audit/checkpoints.ts'
import { within } from '../../platform/health.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { holdTable } from '../../testing/hold-table.ts'
import { startSlackStandIn } from '../../testing/slack-stand-in.ts'
import { connectChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'

/** A database that hangs in one place, rather than refuse: the alerts go on beside it. */
let server: TestServer
let slack: Awaited<ReturnType<typeof startSlackStandIn>>
let places = 0

beforeAll(async () => {
  slack = await startSlackStandIn()
  server = await startTestServer({
    ...{ ALERT_MINUTE_MS: '60', ALERT_SLACK_URL: slack.url },
    ...{ ALERT_WHATSAPP_TO: '+55 11 95555-4444', ALERT_WHATSAPP_TENANT: 'central-de-alertas' },
  })
  const owner = await server.register('Central de Alertas')
  await server.sql(`update tenants set slug = 'central-de-alertas' where id = $1`, [owner.tenantId])
  await connectChannel(server, owner)
  await eventually(() => server.sql('select 1 from server_processes').then((rows) => rows.length > 0))
})
afterAll(async () => {
  await server.close()
  await slack.stop()
})

const told = (part: string): number => slack.state.texts.filter((t) => t.includes(part)).length
/** Something new goes wrong, and is told. */
async function isTold(of = server): Promise<void> {
  const host = `maquina-${++places}`
  await of.sql(
    `insert into server_processes values ($1, 'worker', $2, 3011, 1, '0.1.0', now() - interval '1 day', now() - interval '5 minutes', 100, 50, 0, 0)`,
    [uuidv7(), host],
  )
  await eventually(() => told(`Um processo sumiu: worker em ${host}, porta 3011`) === 1, 60_000)
}

it('the way by WhatsApp cannot be found: Slack is told all the same', { timeout: 180_000 }, async () => {
  const release = await holdTable(server.database.superUrl, 'templates')
  await isTold()
  await isTold()
  await release()
})

it('counts that take long are no database that is down', { timeout: 180_000 }, async () => {
  const release = await holdTable(server.database.superUrl, 'notices')
  // Three rounds at least: it would be seen in one, and told in the next.
  await isTold()
  await isTold()
  await release()
  expect(told('O banco de dados não responde')).toBe(0)
})

it('whoever watches does not keep the diary from being signed', async () => {
  await server.register()
  // Those of an installation whose master key was exchanged: it makes a key of its own.
  await server.sql('delete from audit_checkpoints; update audit_heads set checkpoint_seq = 0; delete from audit_keys')
  await within(10_000, makeCheckpoints(server.ctx))
  expect(await server.sql('select 1 from audit_checkpoints')).not.toEqual([])
})

it('where it was told cannot be noted: what follows is told all the same, and the server ends', { timeout: 180_000 }, async () => {
  const own = await startTestServer({ ALERT_MINUTE_MS: '60', ALERT_SLACK_URL: slack.url })
  const release = await holdTable(own.database.superUrl, 'server_alert_channels')
  await isTold(own)
  await isTold(own)
  // What was given up waits no longer in the database, where it would take a connection from those who work.
  await eventually(async () => (await own.sql(`select 1 from pg_stat_activity where wait_event_type = 'Lock'`)).length === 0, 60_000)
  await release()
  const silent = await holdTable(own.database.superUrl, 'server_processes')
  await within(60_000, own.stop())
  await silent()
  await own.ctx.db.destroy()
  await own.database.drop()
  rmSync(own.home, { recursive: true, force: true })
})
