import { bad, both, type CheckText, type Finding, family, judge, ok, type Status, warn } from '../check.ts'
import type { DoctorDatabase } from '../doctor-env.ts'

const texts = {
  'jobs.failed': {
    title: both('no job has failed', 'nenhuma tarefa falhou'),
    todo: both(
      'read the reason in the log (msg "job failed"), mend it, then: atende doctor --fix --only jobs.failed',
      'leia o motivo no log (msg "job failed"), corrija e rode: atende doctor --fix --only jobs.failed',
    ),
    runbook: 'messages-stuck',
  },
  'jobs.waiting': {
    title: both('jobs are worked off', 'tarefas em dia'),
    todo: both(
      'see that a worker runs: systemctl status "atende-worker@*" (compose: docker compose ps), and restart it',
      'veja se há um worker: systemctl status "atende-worker@*" (compose: docker compose ps), e reinicie-o',
    ),
    runbook: 'messages-stuck',
  },
  'deliveries.waiting': {
    title: both('what WhatsApp delivers is understood at once', 'entregas do WhatsApp processadas na hora'),
    todo: both(
      'see that a worker runs: systemctl status "atende-worker@*" (compose: docker compose ps); then its log',
      'veja se há um worker: systemctl status "atende-worker@*" (compose: docker compose ps); depois o log dele',
    ),
    runbook: 'messages-stuck',
  },
  'deliveries.failed': {
    title: both('no delivery was given up', 'nenhuma entrega abandonada'),
    todo: both(
      'Settings › Received events says why; "Process again" begins anew',
      'Configurações › Eventos recebidos diz o motivo; "Processar de novo" recomeça',
    ),
    runbook: 'messages-stuck',
  },
  'messages.waiting': {
    title: both('answers leave', 'respostas saem'),
    todo: both(
      'a number that stands still: Settings › Channels says what to do; nothing stands still: restart the worker',
      'número parado: Configurações › Canais diz o que fazer; nenhum parado: reinicie o worker',
    ),
    runbook: 'messages-stuck',
  },
  'channels.token': {
    title: both('tokens of the numbers are valid', 'tokens dos números válidos'),
    todo: both(
      'make a new token at Meta (system user, never expires) and paste it in Settings › Channels',
      'gere um novo token na Meta (usuário do sistema, sem validade) e cole em Configurações › Canais',
    ),
    runbook: 'token-revoked',
  },
  'channels.state': {
    title: both('numbers can send', 'números podem enviar'),
    todo: both(
      'open the number in Settings › Channels and follow what it says; "Check now" asks Meta',
      'abra o número em Configurações › Canais e siga o que diz; "Verificar agora" pergunta à Meta',
    ),
    runbook: 'token-revoked',
  },
  'channels.webhook': {
    title: both('each number gets its webhooks', 'cada número recebe seus webhooks'),
    todo: both(
      'paste address and verify token at Meta (Settings › Channels shows them) and subscribe to "messages"',
      'cole endereço e token na Meta (em Configurações › Canais) e assine "messages"',
    ),
    runbook: 'webhook',
  },
} satisfies Record<string, CheckText>
type Id = keyof typeof texts

/** They may run again however late: they ask anew what is to be done. A mail of hours ago may not. */
const REPEATABLE = ['channels.check', 'templates.sync', 'media.download', 'media.derive', 'messages.mark-read']

const minutes = (seconds: number) =>
  seconds < 120 ? `${Math.round(seconds)} s` : seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`

async function checkJobs(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const [there] = await db.ask<{ ok: boolean }>("select to_regclass('pgboss.job') is not null ok")
  if (!there?.ok) return []
  const failed = await db.ask<{ name: string; n: number; seconds: number }>(
    `select name, count(*)::int n, extract(epoch from now() - max(completed_on))::float8 seconds from pgboss.job where state = 'failed' group by name order by name`,
  )
  const [oldest] = await db.ask<{ n: number; seconds: number | null }>(
    `select count(*)::int n, extract(epoch from now() - min(start_after))::float8 seconds from pgboss.job where state in ('created', 'retry') and start_after < now() - interval '1 minute'`,
  )
  const waits = oldest?.seconds ?? 0
  const state: Status = waits > 3600 ? 'fail' : waits > 300 ? 'warn' : 'ok'
  const again = `update pgboss.job set state = 'retry', retry_limit = retry_limit + 1, completed_on = null, start_after = now() where name = $1 and state = 'failed'`
  return [
    ...failed.map(({ name, n, seconds }) => {
      const fix = REPEATABLE.includes(name)
        ? { what: both(`run ${n} × ${name} again`, `rodar ${n} × ${name} de novo`), run: () => db.change(again, [name]) }
        : undefined
      return warn<Id>('jobs.failed', `${n} × ${name}, the last ${minutes(seconds)} ago`, `${n} × ${name}, a última há ${minutes(seconds)}`, { fix })
    }),
    ok('jobs.failed', 'none', 'nenhuma'),
    judge(
      'jobs.waiting',
      state,
      state === 'ok'
        ? both('nothing waits long', 'nada espera muito')
        : both(`${oldest?.n} wait, the oldest for ${minutes(waits)}`, `${oldest?.n} esperam, a mais antiga há ${minutes(waits)}`),
    ),
  ]
}

const late = (seconds: number): Status => (seconds > 900 ? 'fail' : seconds > 60 ? 'warn' : 'ok')
const waiting = (id: Id, n: number, seconds: number): Finding<Id> =>
  judge(
    id,
    late(seconds),
    n === 0
      ? both('nothing waits', 'nada espera')
      : both(`${n} wait, the oldest for ${minutes(seconds)}`, `${n} esperam, a mais antiga há ${minutes(seconds)}`),
  )

type Backlog = { n: number; seconds: number | null }
async function checkBacklogs(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const backlog = (door: string) => db.ask<Backlog>(`select waiting::int n, extract(epoch from clock_timestamp() - oldest)::float8 seconds from ${door}()`)
  const [[inbound], [outbound], held, [dead]] = await Promise.all([
    backlog('door_webhook_backlog'),
    backlog('door_send_backlog'),
    db.ask<{ name: string; tenant: string; code: number | null; n: number; seconds: number }>(
      `select c.name, t.slug tenant, s.hold_code code, count(l.*)::int n, coalesce(extract(epoch from now() - min(l.due_at)), 0)::float8 seconds
      from send_pace s join channels c on c.id = s.channel_id join tenants t on t.id = s.tenant_id left join send_lanes l on l.channel_id = s.channel_id and l.due_at is not null
      where s.hold_code is not null and c.released_at is null group by 1, 2, 3`,
    ),
    db.ask<{ n: number }>(`select count(*)::int n from webhook_events where processed_at is null and attempts >= 25`),
  ])
  return [
    waiting('deliveries.waiting', inbound?.n ?? 0, inbound?.seconds ?? 0),
    waiting('messages.waiting', outbound?.n ?? 0, outbound?.seconds ?? 0),
    ...held.map((h) =>
      bad<Id>(
        'messages.waiting',
        `${h.tenant}/${h.name} stands still (code ${h.code}): ${h.n} conversations wait`,
        `${h.tenant}/${h.name} está parado (código ${h.code}): ${h.n} conversas esperam`,
      ),
    ),
    (dead?.n ?? 0) > 0 ? warn('deliveries.failed', `${dead?.n} given up`, `${dead?.n} abandonadas`) : ok('deliveries.failed', 'none', 'nenhuma'),
  ]
}

type Channel = {
  name: string
  tenant: string
  status: string
  error: string | null
  canSend: string | null
  registered: boolean | null
  subscribed: boolean | null
  handshake: boolean
  hours: number | null
  valid: boolean | null
  days: number | null
  scopes: string[]
}

function checkToken(c: Channel, name: string): Finding<Id>[] {
  if (c.valid === false || (c.days !== null && c.days < 0)) return [bad('channels.token', `${name}: refused or expired`, `${name}: recusado ou vencido`)]
  if (c.days !== null && c.days < 14)
    return [warn('channels.token', `${name}: ends in ${Math.floor(c.days)} days`, `${name}: vence em ${Math.floor(c.days)} dias`)]
  return c.scopes.length > 0 ? [warn('channels.token', `${name}: lacks ${c.scopes.join(', ')}`, `${name}: faltam ${c.scopes.join(', ')}`)] : []
}

const WEEK_HOURS = 168
function checkHook(c: Channel, name: string): Finding<Id>[] {
  if (c.subscribed === false)
    return [bad('channels.webhook', `${name}: the account is not subscribed to our app`, `${name}: a conta não está inscrita no nosso app`)]
  if (!c.handshake) return [warn('channels.webhook', `${name}: WhatsApp has never shaken hands`, `${name}: o WhatsApp nunca confirmou o endereço`)]
  if (c.hours === null) return [warn('channels.webhook', `${name}: nothing has come yet`, `${name}: nada chegou ainda`)]
  return c.hours > WEEK_HOURS
    ? [warn('channels.webhook', `${name}: the last came ${Math.round(c.hours / 24)} days ago`, `${name}: o último chegou há ${Math.round(c.hours / 24)} dias`)]
    : []
}

function checkState(c: Channel, name: string): Finding<Id>[] {
  if (c.canSend === 'BLOCKED') return [bad('channels.state', `${name}: WhatsApp blocks sending`, `${name}: o WhatsApp bloqueou o envio`)]
  if (c.registered === false) return [bad('channels.state', `${name}: not registered`, `${name}: não registrado`)]
  return c.status === 'error' || c.error
    ? [warn('channels.state', `${name}: the last check found a problem`, `${name}: a última verificação encontrou um problema`)]
    : []
}

async function checkChannels(db: DoctorDatabase): Promise<Finding<Id>[]> {
  const channels = await db.ask<Channel>(
    `select c.name, t.slug tenant, c.status, c.last_error error, c.can_send "canSend", c.registered, c.webhook_subscribed subscribed, c.handshake_at is not null handshake,
      (extract(epoch from now() - c.last_webhook_at) / 3600)::float8 hours, c.token_valid valid, (extract(epoch from c.token_expires_at - now()) / 86400)::float8 days,
      c.token_missing_scopes scopes
    from channels c join tenants t on t.id = c.tenant_id where c.released_at is null and t.status in ('TRIAL', 'ACTIVE') order by t.slug, c.created_at`,
  )
  const ids = ['channels.token', 'channels.state', 'channels.webhook'] as const
  const calm = ids.map((id) => ok<Id>(id, `${channels.length} numbers`, `${channels.length} números`))
  return [...channels.flatMap((c) => [checkToken, checkState, checkHook].flatMap((look) => look(c, `${c.tenant}/${c.name}`))), ...calm]
}

export const workChecks = family(
  texts,
  async ({ database: db }) => (db ? (await Promise.all([checkJobs(db), checkBacklogs(db), checkChannels(db)])).flat() : []),
  'database',
)
