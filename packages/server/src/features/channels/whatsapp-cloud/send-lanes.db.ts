import { sql } from 'kysely'
import type { Database, TenantTx } from '../../../platform/database.ts'
import { withoutWords } from '../../messages/without-words.ts'

export type Lane = { tenantId: string; conversationId: string }
/** How fast numbers may send: their share of Meta's limit (the rest is left to what arrives), and how much of a second at once. */
export type Speed = { share: number; burst: string }

/** Takes lanes whose next message may leave, fairly between tenants. */
export const takeLanes = async (db: Database, holder: string, slots: number, perTenant: number, lease: string, speed: Speed): Promise<Lane[]> =>
  (
    await sql<Lane>`select tenant_id as "tenantId", conversation_id as "conversationId"
      from door_take_sends(${holder}::uuid, ${slots}, ${perTenant}, ${lease}::interval, ${speed.share}, ${speed.burst}::interval)`.execute(db)
  ).rows

/** Milliseconds until something may leave; null when nothing waits. */
export const nextDue = async (db: Database, burst: string): Promise<number | null> =>
  (await sql<{ ms: number | null }>`select door_next_send(${burst}::interval) ms`.execute(db)).rows[0]?.ms ?? null

export const keepLanes = (db: Database, holder: string, lease: string) => sql`select door_keep_sends(${holder}::uuid, ${lease}::interval)`.execute(db)

export const mendLanes = (db: Database, alsoForgotten: boolean) => sql`select door_mend_sends(${alsoForgotten})`.execute(db)

export type LaneState = { tries: number; pairStrikes: number; holds: number }

/** How it went in this lane so far; undefined when another process holds it by now. */
export const readLane = async (tx: TenantTx, conversationId: string, holder: string): Promise<LaneState | undefined> =>
  (
    await sql<LaneState>`select l.tries, l.pair_strikes "pairStrikes", p.holds from send_lanes l join send_pace p on p.channel_id = l.channel_id
      where l.conversation_id = ${conversationId}::uuid and l.holder = ${holder}::uuid and l.held_until > clock_timestamp()`.execute(tx)
  ).rows[0]

export type LaneEnd = {
  /** Not before; 0 for as soon as the pair allows. */
  waitSeconds: number
  tries: number
  pairStrikes: number
  /** Something left, or may have: it counts for the pair limit. */
  counts: boolean
}

/**
 * Puts a lane back: due again when something still waits in it, by the pair limit's clock. Its row is locked first, so that whoever
 * queues a message at this moment is seen, or sees that nothing is due.
 */
export async function putBack(
  tx: TenantTx,
  conversationId: string,
  holder: string,
  end: LaneEnd,
  pair: { intervalMs: number; allowance: string },
): Promise<void> {
  const { rows } = await sql`select 1 from send_lanes where conversation_id = ${conversationId}::uuid and holder = ${holder}::uuid for update`.execute(tx)
  if (rows.length === 0) return
  await sql`update send_lanes l set holder = null, held_until = null, tries = ${end.tries}, pair_strikes = ${end.pairStrikes}, pair_at = p.at,
      due_at = case when exists (select from messages m where m.conversation_id = l.conversation_id and m.status in ('queued', 'sending'))
        then greatest(clock_timestamp() + make_interval(secs => ${end.waitSeconds}), p.at - ${pair.allowance}::interval) end
    from (select greatest(pair_at, clock_timestamp()) + make_interval(secs => ${end.counts ? pair.intervalMs / 1000 : 0}) as at
          from send_lanes where conversation_id = ${conversationId}::uuid) p
    where l.conversation_id = ${conversationId}::uuid`.execute(tx)
}

/** WhatsApp asked this number for less: half the speed, coming back by itself. Refusals of the same second are one request. */
export const slowDown = (tx: TenantTx, channelId: string) =>
  sql`update send_pace set slowed = greatest(0.02, send_recovered(slowed, slowed_at) / 2),
      slowed_at = clock_timestamp(), ready_at = greatest(ready_at, clock_timestamp() + interval '1 second')
    where channel_id = ${channelId}::uuid and (slowed_at is null or slowed_at < clock_timestamp() - interval '1 second')`.execute(tx)

/** The whole number waits. `before`: how often it was held when the refused message began; those under way together count once. */
export const hold = (tx: TenantTx, channelId: string, code: number | null, seconds: number, error: object | null, before: number) =>
  sql`update send_pace set hold_until = clock_timestamp() + make_interval(secs => ${seconds}), hold_code = ${code}, holds = greatest(holds, ${before + 1}),
      hold_error = ${error ? JSON.stringify(withoutWords(error)) : null}::jsonb
    where channel_id = ${channelId}::uuid`.execute(tx)

/** Something left: the number works. Answers whether it was held. */
export const liftHold = async (tx: TenantTx, channelId: string): Promise<boolean> => {
  const { numAffectedRows } = await sql`update send_pace set hold_until = null, hold_code = null, hold_error = null, holds = 0
    where channel_id = ${channelId}::uuid and (hold_code is not null or holds > 0)`.execute(tx)
  return (numAffectedRows ?? 0n) > 0n
}

/** The reason stands on everything of this number that waits; answers those messages, the newest few hundred. */
export const markWaiting = async (tx: TenantTx, channelId: string, error: object | null): Promise<{ id: string; conversation_id: string }[]> =>
  (
    await sql<{ id: string; conversation_id: string }>`
      with waiting as (select m.id from messages m
          where m.conversation_id in (select l.conversation_id from send_lanes l where l.channel_id = ${channelId}::uuid and l.due_at is not null)
            and m.status = 'queued' order by m.id for update skip locked),
        marked as (update messages m set error = ${error ? JSON.stringify(withoutWords(error)) : null}::jsonb from waiting w where m.id = w.id returning m.id, m.conversation_id)
      select id, conversation_id from marked order by id desc limit 300`.execute(tx)
  ).rows

/** A channel that a failed send had marked works again. */
export const channelWorks = async (tx: TenantTx, channelId: string): Promise<boolean> => {
  const done = await tx
    .updateTable('channels')
    .set({ status: 'connected', last_error: null, updated_at: new Date() })
    .where('id', '=', channelId)
    .where('status', '=', 'error')
    .executeTakeFirst()
  return done.numUpdatedRows > 0n
}

export const channelName = async (tx: TenantTx, channelId: string): Promise<string> => {
  const row = await tx.selectFrom('channels').select(['name', 'display_phone_number']).where('id', '=', channelId).executeTakeFirst()
  return row?.display_phone_number ?? row?.name ?? ''
}
