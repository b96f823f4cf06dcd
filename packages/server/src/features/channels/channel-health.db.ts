import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

type ErrorRow = { code: number | null; title: string | null; action: string | null; count: number; last_at: Date }

/** Why messages of the last day were not sent, most frequent first. */
export const errorsOfDay = async (tx: TenantTx, channelId: string): Promise<ErrorRow[]> =>
  (
    await sql<ErrorRow>`select (error->>'code')::int code, error->>'title' title, max(error->>'action') action, count(*)::int count, max(at) last_at
      from messages where channel_id = ${channelId} and status = 'failed' and at > now() - interval '24 hours'
      group by 1, 2 order by count(*) desc, max(at) desc limit 20`.execute(tx)
  ).rows

export const restrictions = (tx: TenantTx, channelId: string) =>
  tx
    .selectFrom('channel_restrictions')
    .select(['kind', 'until', 'remediation'])
    .where('channel_id', '=', channelId)
    .where((e) => e.or([e('until', 'is', null), e('until', '>', sql<Date>`now()`)]))
    .orderBy('at', 'desc')
    .orderBy('kind')
    .execute()

type DiaryRow = { id: string; field: string; title: string; understood: boolean; at: Date }
/** Of the number and of its whole account, newest first. */
export const diary = async (tx: TenantTx, channelId: string, wabaId: string, max: number): Promise<DiaryRow[]> =>
  (
    await sql<DiaryRow>`select id, field, title, understood, at from (
        (select * from account_events where channel_id = ${channelId} order by at desc, id desc limit ${max})
        union all
        (select * from account_events where channel_id is null and waba_id = ${wabaId} order by at desc, id desc limit ${max})) e
      order by at desc, id desc limit ${max}`.execute(tx)
  ).rows
