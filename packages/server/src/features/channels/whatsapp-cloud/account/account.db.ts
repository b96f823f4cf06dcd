import { sql } from 'kysely'
import type { TenantTx } from '../../../../platform/database.ts'
import { uuidv7 } from '../../../../platform/ids.ts'
import { seal } from '../../../../platform/vault/sealed-value.ts'
import { tenantKey } from '../../../../platform/vault/vault.ts'
import type { ChannelNow, ChannelState } from './account-state.ts'

/** In the order of ids; weaker than a key lock, so that conversations may go on referring to them. */
export const lockChannels = (tx: TenantTx): Promise<ChannelNow[]> =>
  tx
    .selectFrom('channels')
    .select(['id', 'waba_id', 'phone_number_id', 'name', 'display_phone_number', 'messaging_limit', 'facts_at'])
    .where('released_at', 'is', null)
    .orderBy('id')
    .forNoKeyUpdate()
    .execute()

export type EventRow = {
  channelId: string | null
  wabaId: string | null
  field: string
  event: string | null
  title: string
  understood: boolean
  value: string
  hash: string
  at: Date
}
/** Answers the hashes that are new. What the change holds is sealed: it may name people. */
export async function saveEvents(tx: TenantTx, tenantId: string, list: readonly EventRow[]): Promise<Set<string>> {
  const key = await tenantKey(tx)
  const ids = list.map(() => uuidv7())
  const sealed = list.map((r, i) => seal(key, `account_events.sealed:${ids[i]}`, r.value))
  const { rows } = await sql<{ hash: string }>`
    insert into account_events (id, tenant_id, channel_id, waba_id, field, event, title, understood, sealed, hash, at)
    select i, ${tenantId}::uuid, ch, w, f, e, t, u, v, h, at from unnest(${ids}::uuid[], ${list.map((r) => r.channelId)}::uuid[],
      ${list.map((r) => r.wabaId)}::text[], ${list.map((r) => r.field)}::text[], ${list.map((r) => r.event)}::text[], ${list.map((r) => r.title)}::text[],
      ${list.map((r) => r.understood)}::boolean[], ${sealed}::bytea[], ${list.map((r) => r.hash)}::text[],
      ${list.map((r) => r.at)}::timestamptz[]) x(i, ch, w, f, e, t, u, v, h, at)
    on conflict (tenant_id, hash) do nothing returning hash`.execute(tx)
  return new Set(rows.map((r) => r.hash))
}

export async function saveState(tx: TenantTx, tenantId: string, state: ChannelState): Promise<void> {
  const { id } = state.channel
  const { facts, restrict, lift } = state.change
  await tx
    .updateTable('channels')
    .set({ ...facts, facts_at: JSON.stringify(state.factsAt()), updated_at: sql<Date>`now()` })
    .where('id', '=', id)
    .execute()
  if (lift.length > 0) await tx.deleteFrom('channel_restrictions').where('channel_id', '=', id).where('kind', 'in', lift).execute()
  for (const r of restrict) {
    await tx
      .insertInto('channel_restrictions')
      .values({ tenant_id: tenantId, channel_id: id, ...r })
      .onConflict((c) => c.columns(['channel_id', 'kind']).doUpdateSet({ until: r.until, remediation: r.remediation, at: r.at }))
      .execute()
  }
}
