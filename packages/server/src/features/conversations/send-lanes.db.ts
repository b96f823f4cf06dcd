import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'

/**
 * Something waits in this conversation. What was due already stays due when it was; what begins now waits for the pair's turn. Also
 * takes the lane's lock, so that a sender that just found nothing more to do sees the message.
 */
export const wake = (tx: TenantTx, tenantId: string, conversationId: string, channelId: string, allowance: string, signal: string) =>
  sql`with pace as (insert into send_pace (channel_id, tenant_id) values (${channelId}::uuid, ${tenantId}::uuid) on conflict do nothing),
      lane as (
        insert into send_lanes (conversation_id, tenant_id, channel_id, due_at) values (${conversationId}::uuid, ${tenantId}::uuid, ${channelId}::uuid, clock_timestamp())
        on conflict (conversation_id) do update
          set due_at = coalesce(send_lanes.due_at, greatest(clock_timestamp(), send_lanes.pair_at - ${allowance}::interval))),
      -- A number that stands still says so on everything that waits.
      told as (
        update messages m set error = p.hold_error from send_pace p
        where m.conversation_id = ${conversationId}::uuid and m.status = 'queued' and m.error is null and p.channel_id = m.channel_id and p.hold_error is not null)
    select pg_notify(${signal}, '')`.execute(tx)

/** The number works again, as far as we know: its queue goes on. */
export const release = (tx: TenantTx, channelId: string, signal: string) =>
  sql`with freed as (update send_pace set hold_until = null, hold_code = null, hold_error = null, holds = 0 where channel_id = ${channelId}::uuid)
    select pg_notify(${signal}, '')`.execute(tx)
