import { rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import path from 'node:path'
import type { ServerStatus } from '@atende/contracts/server-status'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { uuidv7 } from '../../platform/ids.ts'
import { startRedis } from '../../testing/redis-process.ts'
import { startSlackStandIn } from '../../testing/slack-stand-in.ts'
import { startSmtpStandIn } from '../../testing/smtp-stand-in.ts'
import { connectChannel } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { beginRun, recordDoctor } from '../server-runs.ts'

/** Each thing that may go wrong goes wrong for real, as far as a test can; a minute of the alerts lasts 60 ms. */
const OPERATOR = { email: 'operadora@example.com', password: 'uma senha bem longa' }
let server: TestServer
let redis: Awaited<ReturnType<typeof startRedis>>
let slack: Awaited<ReturnType<typeof startSlackStandIn>>
let smtp: Awaited<ReturnType<typeof startSmtpStandIn>>
let token = ''
let tenantId = ''

beforeAll(async () => {
  redis = await startRedis()
  slack = await startSlackStandIn()
  smtp = await startSmtpStandIn({ refuseFirst: 0 })
  server = await startTestServer({
    SUPER_ADMIN_EMAIL: OPERATOR.email,
    SUPER_ADMIN_PASSWORD: OPERATOR.password,
    RATE_LIMIT_STORE: 'redis',
    REDIS_URL: redis.url,
    ALERT_MINUTE_MS: '60',
    ALERT_EMAILS: 'plantao@example.com',
    ALERT_SLACK_URL: slack.url,
    OUTGOING_ALLOW: 'none',
    SMTP_HOST: '127.0.0.1',
    SMTP_PORT: String(smtp.port),
    MAIL_FROM: 'Atende <atende@example.com>',
  })
  tenantId = (await server.register()).tenantId
  token = (await server.call<{ accessToken: string }>('POST', '/api/auth/login', { body: OPERATOR })).body.accessToken
})
afterAll(async () => {
  await server.close()
  await redis.close()
  await slack.stop()
  await smtp.stop()
})

const status = async (): Promise<ServerStatus> => (await server.call<ServerStatus>('GET', '/api/admin/status', { token })).body
/** The page is as old as two seconds. */
const shows = (what: (s: ServerStatus) => boolean | undefined) => eventually(async () => what(await status()), 15_000)
const told = (part: string): number => slack.state.texts.filter((t) => t.includes(part)).length
const isTold = (part: string) => eventually(() => told(part) > 0, 15_000)

const isOver = (words: string) =>
  eventually(() => slack.state.texts.some((t) => t.split('\n').some((line) => line.includes('Resolvido: ') && line.includes(words))), 15_000)

/** It is told with its words, once; then it is mended, and its end is told. */
async function comesAndGoes(words: string, mend: () => Promise<unknown>): Promise<void> {
  await isTold(words)
  await mend()
  await isOver(words)
  expect(told(words)).toBe(2)
}

describe('what is wrong is told, and its end', () => {
  it('Redis away', async () => {
    await redis.kill()
    const is = (over: boolean) => shows((s) => s.alerts?.list.some((a) => a.code === 'redis_down' && (a.resolvedAt !== null) === over && a.toldTo.length === 2))
    await comesAndGoes('O Redis não responde', async () => {
      await is(false)
      await redis.start()
    })
    await is(true)
  })

  it('files that cannot be stored', async () => {
    const media = path.join(server.home, 'media')
    rmSync(media, { recursive: true, force: true })
    writeFileSync(media, 'in the way')
    await comesAndGoes('Não dá para gravar fotos', async () => rmSync(media))
  })

  it('deliveries that nobody understands', async () => {
    const id = uuidv7()
    await server.sql(
      `insert into webhook_events (id, tenant_id, body, received_at, retry_at) values ($1, $2, '\\x00', now() - interval '10 minutes', now() + interval '1 hour')`,
      [id, tenantId],
    )
    await comesAndGoes('Mensagens recebidas esperam há 10 min', () => server.sql('delete from webhook_events where id = $1', [id]))
  })

  it('a backup that failed, and one that is old', async () => {
    await (await beginRun(server.ctx.db, 'backup')).end('failed', { error: 'disk_full' })
    await comesAndGoes('O último backup falhou (disk_full)', async () => (await beginRun(server.ctx.db, 'backup')).end('ok', { bytes: 1 }))
    const age = (span: string) =>
      server.sql(`update server_runs set started_at = now() - $1::interval, ended_at = now() - $1::interval where kind = 'backup'`, [span])
    await age('2 days')
    await comesAndGoes('Nenhum backup deu certo nas últimas 26 h', () => age('1 hour'))
  })

  it('a restore test that failed, and one that was long ago', async () => {
    await (await beginRun(server.ctx.db, 'restore-test')).end('failed', { error: 'rows_differ' })
    const good = async () => (await beginRun(server.ctx.db, 'restore-test')).end('ok')
    await comesAndGoes('O teste de restauração falhou (rows_differ)', good)
    await server.sql(`update server_runs set started_at = now() - interval '11 days', ended_at = now() - interval '11 days' where kind = 'restore-test'`)
    await comesAndGoes('Faz mais de 10 dias que nenhum backup é testado', good)
  })

  it('an archive that does not arrive, and one with a gap', async () => {
    const run = await beginRun(server.ctx.db, 'archive', { minutes: 5 })
    const note = (minutesAgo: number, s3_gap: boolean) =>
      run.note({ s3_at: new Date(Date.now() - minutesAgo * 60_000).toISOString(), s3_seen: new Date().toISOString(), s3_error: 'target_unreachable', s3_gap })
    await note(50, false)
    await comesAndGoes('não chegou ao backup (s3: target_unreachable)', () => note(1, false))
    await note(1, true)
    await comesAndGoes('Falta um pedaço no arquivo do backup (s3)', () => note(1, false))
    await run.end('ok')
  })

  it('what the doctor found wrong', async () => {
    await recordDoctor(server.ctx.db, { fail: 2, warn: 1, ids: ['disk.space', 'network.dns', 'machine.memory'] })
    await shows((s) => s.doctor?.[0]?.outcome === 'failed')
    expect((await status()).doctor?.[0]).toMatchObject({ details: { fail: 2, warn: 1, ids: ['disk.space', 'network.dns', 'machine.memory'] } })
    const mend = async () => {
      // One that was cut short has found nothing, and ends nothing.
      await server.sql(
        `insert into server_runs (id, kind, host, started_at, beat_at) values ($1, 'doctor', 'here', now() + interval '1 millisecond', now() - interval '1 day')`,
        [uuidv7()],
      )
      await eventually(
        async () =>
          (
            await server.sql(
              `select 1 from server_alerts where code = 'doctor_failed' and resolved_at is null and last_seen > (select max(started_at) from server_runs where kind = 'doctor') + interval '1 second'`,
            )
          ).length === 1,
      )
      await recordDoctor(server.ctx.db, { fail: 0, warn: 1, ids: ['machine.memory'] })
    }
    await comesAndGoes('O exame diário encontrou 2 problema(s): disk.space, network.dns', mend)
    expect(told('machine.memory')).toBe(0)
  })

  it('a process that fell silent', async () => {
    const id = uuidv7()
    await server.sql(
      `insert into server_processes values ($1, 'worker', 'maquina-2', 3011, 1, '0.1.0', now() - interval '1 day', now() - interval '5 minutes', 100, 50, 0, 0)`,
      [id],
    )
    await shows((s) => s.processes?.some((p) => p.id === id && p.lost && !p.thisOne))
    await comesAndGoes('Um processo sumiu: worker em maquina-2, porta 3011', () => server.sql('delete from server_processes where id = $1', [id]))
  })

  it('little memory and many errors', async () => {
    const id = uuidv7()
    await server.sql(
      `insert into server_processes values ($1, 'web', 'maquina-3', 3001, 1, '0.1.0', now(), now() + interval '1 hour', 100, 97.5, 40000, 40000)`,
      [id],
    )
    await isTold('Pouca memória: 97,5 % em uso em maquina-3')
    await comesAndGoes('% das respostas são erros (40.000 em cinco minutos)', () => server.sql('delete from server_processes where id = $1', [id]))
  })

  it('a disk that is nearly full, and one that will be', async () => {
    // Of a container that was exchanged, nobody wants to know any more.
    await server.sql(`insert into server_disks (host, mount, used_mib, free_mib) values ('maquina-trocada', 'data', 99000, 1000)`)
    const id = uuidv7()
    await server.sql(
      `insert into server_processes values ($1, 'web', 'maquina-4', 3001, 1, '0.1.0', now() - interval '1 day', now() + interval '1 hour', 100, 50, 0, 0)`,
      [id],
    )
    await server.sql(`insert into server_disks (host, mount, used_mib, free_mib) values ('maquina-4', 'data', 99000, 1000)`)
    // At once: days have one beginning.
    await server.sql(
      `insert into server_disks (host, mount, day, used_mib, free_mib) select 'maquina-4', 'logs', current_date - n, 50000 - n * 5000, 20000 from generate_series(0, 5) n`,
    )
    await isTold('Nesse ritmo o disco enche em 4 dia(s) (logs em maquina-4)')
    await shows((s) => s.disks?.some((d) => d.mount === 'logs' && d.fullInDays === 4 && d.mibPerDay === 5000 && d.measuredDays === 5))
    await comesAndGoes('O disco está quase cheio: restam 1 GB (1 %), data em maquina-4', () => server.sql('delete from server_processes where id = $1', [id]))
    await shows((s) => s.disks?.every((d) => d.host === hostname()))
    expect(told('maquina-trocada')).toBe(0)
  })

  it('a number whose token is dead; only how many', async () => {
    const owner = await server.register()
    const channel = await connectChannel(server, owner)
    const id = uuidv7()
    await server.sql(`insert into notices (id, tenant_id, code, severity, channel_id, key) values ($1, $2, 'token_invalid', 'critical', $3, 'k')`, [
      id,
      owner.tenantId,
      channel.id,
    ])
    await comesAndGoes('O WhatsApp recusa o token de 1 número', () => server.sql('update notices set resolved_at = now() where id = $1', [id]))
  })

  it('a diary that nobody signs', async () => {
    await server.register()
    const [line] = await server.sql<{ id: string }>(
      `select l.id from audit_heads h join audit_logs l on l.tenant_id = h.tenant_id and l.seq = h.checkpoint_seq + 1 where h.seq > h.checkpoint_seq limit 1`,
    )
    const set = (at: string) => server.sql(`set session_replication_role = replica; update audit_logs set at = ${at} where id = '${line?.id}'`)
    await set(`now() - interval '2 hours'`)
    await comesAndGoes('A auditoria não é assinada há 120 min', () => set('now()'))
  })

  it('a clock that was wrong and is not any more, also where nothing outside tells the time', async () => {
    const id = uuidv7()
    await server.sql(
      `insert into server_alerts (id, code, details, since, last_seen, firing_at) values ($1, 'clock_skew', '{"seconds":7}', now() - interval '1 hour', now(), now())`,
      [id],
    )
    await eventually(async () => (await server.sql('select 1 from server_alerts where id = $1 and resolved_at is not null', [id])).length === 1)
  })

  it('jobs that fail', async () => {
    const ids = Array.from({ length: 5 }, () => uuidv7())
    await server.sql(
      `insert into pgboss.job (id, name, data, state, completed_on, created_on, output, retry_limit, retry_count)
       select x, 'messages.mark-read', '{"tenantId":"x"}', 'failed', now(), now(), '{"message":"Fulana 5511987654321","code":"ECONNRESET"}', 5, 5 from unnest($1::uuid[]) x`,
      [ids],
    )
    await isTold('5 tarefas falharam na última hora')
    await shows((s) => s.jobs?.failed.filter((j) => ids.includes(j.id)).length === 5)
    const { jobs } = await status()
    expect(jobs?.failed[0]).toEqual({ id: expect.any(String), queue: 'messages.mark-read', at: expect.any(String), attempts: 6, code: 'ECONNRESET' })
    const replay = (list: string[]) => server.call<{ replayed: number }>('POST', '/api/admin/jobs/replay', { token, body: { ids: list } })
    expect((await replay([...ids.slice(0, 3), uuidv7()])).body).toEqual({ replayed: 3 })
    // Those that run again may fail again.
    await server.sql('delete from pgboss.job where id = any($1::uuid[])', [ids.slice(3)])
    await isOver('5 tarefas falharam')
  })
})

describe('channels', () => {
  it('mails carry the same, to everybody on the list, with the runbook', async () => {
    const mail = await eventually(() => smtp.received.find((m) => m.raw.includes('deploy/runbooks/redis.pt-BR.md')))
    expect(mail.to).toEqual(['plantao@example.com'])
    expect(mail.raw).toContain('ALERT_EMAILS')
  })

  it('one that fails is seen, holds up nobody, and is told later what it missed', async () => {
    slack.state.answer = 500
    const before = smtp.received.length
    await (await beginRun(server.ctx.db, 'backup')).end('failed', { error: 'no_key' })
    await eventually(() => smtp.received.slice(before).some((m) => m.raw.includes('no_key')), 15_000)
    await eventually(async () => (await status()).alerts?.channels.find((c) => c.channel === 'slack')?.error === 'slack_refused_500', 15_000)
    expect(told('no_key')).toBe(0)
    slack.state.answer = 200
    await isTold('O último backup falhou (no_key)')
    await (await beginRun(server.ctx.db, 'backup')).end('ok')
    await isTold('Resolvido: O último backup falhou (no_key)')
    await shows((s) => s.alerts?.channels.every((c) => c.error === null && c.on === (c.channel !== 'whatsapp') && (c.okAt !== null) === c.on))
  })

  it('a test goes to each', async () => {
    const answer = await server.call('POST', '/api/admin/alerts/test', { token })
    expect(answer.body).toEqual({
      results: [
        { channel: 'email', outcome: 'sent', error: null },
        { channel: 'slack', outcome: 'sent', error: null },
        { channel: 'whatsapp', outcome: 'off', error: null },
      ],
    })
    expect(told('Teste de alerta')).toBe(1)
  })
})
