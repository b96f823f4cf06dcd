import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../packages/server/src/platform/embedded-postgres.ts'
import { type ServerProcess, startServerProcess } from '../packages/server/src/testing/server-process.ts'
import { startSlackStandIn } from '../packages/server/src/testing/slack-stand-in.ts'
import { startSmtpStandIn } from '../packages/server/src/testing/smtp-stand-in.ts'
import { sqlAs } from '../packages/server/src/testing/test-database.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'

/** The database goes away: whoever watches says so all the same, once, by mail and Slack; and a worker that dies is missed by the other. */
const home = mkdtempSync(path.join(tmpdir(), 'atende-alert-outage-'))
let postgres: EmbeddedPostgres
let slack: Awaited<ReturnType<typeof startSlackStandIn>>
let smtp: Awaited<ReturnType<typeof startSmtpStandIn>>
let workers: ServerProcess[] = []
let admin = ''

beforeAll(async () => {
  chmodSync(home, 0o755)
  postgres = await startEmbeddedPostgres(home, 'outage', 25_780)
  slack = await startSlackStandIn()
  smtp = await startSmtpStandIn({ refuseFirst: 0 })
  admin = `postgres://postgres:outage@127.0.0.1:${postgres.port}/postgres`
  const start = (port: string) =>
    startServerProcess({
      DATABASE_URL: admin,
      DATABASE_OWNER_URL: '',
      DATA_DIR: path.join(home, 'atende'),
      PORT: port,
      ROLE: 'worker',
      NODE_ENV: 'test',
      LOG_LEVEL: 'silent',
      ALERT_MINUTE_MS: '200',
      ALERT_SLACK_URL: slack.url,
      ALERT_EMAILS: 'plantao@example.com',
      SMTP_HOST: '127.0.0.1',
      SMTP_PORT: String(smtp.port),
      MAIL_FROM: 'Atende <atende@example.com>',
    })
  workers = [await start('19780'), await start('19781')]
}, 120_000)
afterAll(async () => {
  for (const worker of workers) await worker.stop()
  await postgres.stop()
  await slack.stop()
  await smtp.stop()
  rmSync(home, { recursive: true, force: true })
})

const said = (part: string) => slack.state.texts.filter((t) => t.includes(part)).length
const mailed = (part: RegExp) => smtp.received.filter((m) => part.test(m.raw)).length

it('the database is missed by mail and Slack, once, and its return is told', { timeout: 90_000 }, async () => {
  await eventually(async () => (await sqlAs(admin, `select 1 from pg_locks where locktype = 'advisory' and objid = 7204131`)).length === 1)
  await postgres.stop()
  await eventually(() => said('O banco de dados não responde') === 1, 30_000)
  await eventually(() => mailed(/runbooks\/database\.pt-BR\.md/) === 1)
  await new Promise((r) => setTimeout(r, 3000))
  expect([said('O banco de dados não responde'), mailed(/runbooks\/database\.pt-BR\.md/)]).toEqual([1, 1])
  postgres = await startEmbeddedPostgres(home, 'outage', postgres.port)
  await eventually(() => said('Resolvido: O banco de dados não responde') === 1, 30_000)
  await eventually(
    async () => (await sqlAs(admin, `select 1 from server_alerts where code = 'database_down' and resolved_at is not null`)).length === 1,
    15_000,
  )
})

it('a worker that is killed is missed by the other; one that ends is not', { timeout: 90_000 }, async () => {
  await eventually(async () => (await sqlAs(admin, 'select 1 from server_processes')).length === 2, 30_000)
  const [killed, other] = workers
  await killed?.kill()
  // Nobody waits a minute for it here; and the other one is no younger than its silence, or it would count as its successor.
  await sqlAs(admin, `update server_processes set started_at = now() - interval '1 day'`)
  await sqlAs(admin, `update server_processes set beat_at = now() - interval '2 minutes' where pid = ${killed?.pid}`)
  await eventually(() => said('Um processo sumiu: worker') === 1, 30_000)
  workers = other ? [other] : []
  const [left] = await sqlAs<{ n: number }>(admin, `select count(*)::int n from server_processes`)
  expect(left?.n).toBe(2)
  await other?.stop()
  workers = []
  expect(await sqlAs(admin, `select pid from server_processes`)).toEqual([{ pid: killed?.pid }])
})
