import { type Selectable, sql } from 'kysely'
import { type Context, tenantTx } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import type { DB } from '../../platform/schema.ts'
import { resumeSending } from '../conversations/send-lanes.ts'
import { type NewNotice, type NoticeCode, raiseNotices, settleNotices } from '../notices/notices.ts'
import { askMeta, type Findings } from './ask-meta.ts'
import * as db from './channels.db.ts'
import { getChannelAccess } from './channels.ts'
import { factsOf } from './number-facts.ts'
import { sayStatus } from './number-words.ts'
import { judgeFindings, USABLE } from './test-connection.ts'
import { NoticeBook } from './whatsapp-cloud/account/account-state.ts'
import { dayOf } from './whatsapp-cloud/account/read-value.ts'

type Row = Selectable<DB['channels']>
const DAY_MS = 24 * 3600_000
const EXPIRY_WARNING_MS = 7 * DAY_MS
/** Diary lines and what they said serve for half a year. */
const DIARY = sql`interval '180 days'`

type Case = { code: NoticeCode; severity: NewNotice['severity']; when: boolean | null; details?: Record<string, string> }
const HARMLESS = new Set(['PENDING', 'RATE_LIMITED'])

/** Each cause, and whether it is so now; null: nobody knows, so an open notice stays. */
function casesOf(row: Row): Case[] {
  const status = row.number_status
  const expires = row.token_expires_at?.getTime() ?? null
  const soon = row.token_valid !== false && expires !== null && expires - Date.now() < EXPIRY_WARNING_MS
  const problem = row.health_problems.find((p) => p.title !== '')
  const known = <T>(value: T | null, is: (v: T) => boolean) => (value === null ? null : is(value))
  return [
    { code: 'token_invalid', severity: 'critical', when: known(row.token_valid, (v) => !v) },
    { code: 'token_expiring', severity: 'warning', when: row.token_valid === null ? null : soon, details: { until: dayOf(row.token_expires_at) } },
    { code: 'token_scopes', severity: 'warning', when: row.token_missing_scopes.length > 0, details: { scopes: row.token_missing_scopes.join(', ') } },
    { code: 'webhook_off', severity: 'critical', when: known(row.webhook_subscribed, (v) => !v) },
    { code: 'webhook_elsewhere', severity: 'warning', when: known(row.webhook_ours, (v) => !v), details: { url: row.webhook_url ?? '' } },
    {
      code: 'number_blocked',
      severity: status !== null && HARMLESS.has(status) ? 'warning' : 'critical',
      when: known(status, (v) => !USABLE.has(v)),
      details: { status: sayStatus(status) },
    },
    {
      code: 'sending_blocked',
      severity: 'critical',
      when: known(row.can_send, (v) => v === 'BLOCKED'),
      details: problem ? { reason: problem.title.replace(/\.$/, ''), action: problem.action } : {},
    },
    {
      code: 'sending_limited',
      severity: 'warning',
      when: known(row.can_send, (v) => v === 'LIMITED' && problem !== undefined),
      details: problem ? { reason: problem.title.replace(/\.$/, ''), action: problem.action } : {},
    },
    { code: 'quality_low', severity: 'warning', when: row.quality_rating === 'RED' ? true : row.quality_rating === 'GREEN' ? false : null },
  ]
}

/** The notices that the state of a number gives cause for, raised and settled. */
async function tellState(tx: TenantTx, row: Row): Promise<void> {
  const book = new NoticeBook()
  const number = row.display_phone_number ?? row.name
  for (const { code, severity, when, details } of casesOf(row)) {
    if (when === false) book.settle(code, row.id)
    if (when) book.raise({ code, severity, channelId: row.id, details: { number, ...details } }, row.id)
  }
  for (const kind of await db.endRestrictions(tx, row.id)) for (const scope of [row.id, row.waba_id]) book.settle('account_restricted', scope, kind)
  await settleNotices(tx, row.tenant_id, book.settled())
  await raiseNotices(tx, row.tenant_id, book.raised())
}

/**
 * Keeps what Meta said, except where an account webhook has said something newer meanwhile. `asked` by a person, silence is told on
 * the channel; by the clock, it is asked again within the hour.
 * @throws AppError not_found
 */
export async function keepFindings(
  ctx: Pick<Context, 'publicUrl'>,
  tx: TenantTx,
  { tenantId, id, found, asked }: { tenantId: string; id: string; found: Findings; asked: 'person' | 'clock' },
): Promise<Row> {
  const row = await db.findForChange(tx, id)
  if (!row) throw notFound()
  if (row.released_at !== null) return row
  const told = factsOf(found, row, `${ctx.publicUrl()}/webhooks/whatsapp`)
  const newer = (column: string) => Date.parse(row.facts_at[column] ?? '') > found.at.getTime()
  const facts = Object.fromEntries(Object.entries(told).filter(([column]) => !newer(column)))
  const factsAt = { ...row.facts_at, ...Object.fromEntries(Object.keys(facts).map((column) => [column, found.at.toISOString()])) }
  const reached = [found.number, found.token, found.apps].some((a) => a.ok || a.failure.outcome === 'refused')
  const test = judgeFindings(found)
  const verdict = {
    last_error: test.checks.find((c) => !c.ok)?.message ?? null,
    ...(row.status === 'disabled' ? {} : { status: test.ok ? 'connected' : 'error' }),
  }
  const after = await db.update(tx, id, {
    ...facts,
    ...(row.proven_at === null && found.number.ok && found.apps.ok ? { proven_at: found.at } : {}),
    facts_at: JSON.stringify(factsAt),
    ...(reached || asked === 'person' ? verdict : {}),
    ...(reached ? { checked_at: found.at, next_check_at: new Date(found.at.getTime() + DAY_MS) } : { next_check_at: new Date(Date.now() + DAY_MS / 24) }),
  })
  if (!after) throw notFound()
  await tellState(tx, after)
  // What waited for the number goes on; if sending does not work after all, it stops again by itself.
  if (reached && test.ok && row.status === 'error') await resumeSending(tx, id)
  if (reached && test.ok) await settleNotices(tx, tenantId, [NoticeBook.key('channel_stopped', id)])
  await sql`delete from account_events where created_at < now() - ${DIARY}`.execute(tx)
  await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'channels' } }])
  return after
}

/** Asks Meta how the number is and keeps it. Does nothing for a channel that is gone or released; answers whether it asked. */
export async function checkChannel(ctx: Context, { tenantId, channelId }: { tenantId: string; channelId: string }): Promise<boolean> {
  const access = await tenantTx(ctx, tenantId, (tx) => getChannelAccess(ctx, tx, channelId))
  if (!access) return false
  const found = await askMeta(access)
  await tenantTx(ctx, tenantId, (tx) => keepFindings(ctx, tx, { tenantId, id: channelId, found, asked: 'clock' }))
  return true
}
