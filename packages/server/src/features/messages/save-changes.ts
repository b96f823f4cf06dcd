import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { messageWords } from '../../platform/search/words.ts'
import { searchIndex } from '../../platform/vault/vault.ts'

type Key = { channelId: string; providerId: string }
export type NewChange = Key & { kind: 'edit' | 'revoke' | 'identity'; targetProviderId: string | null; at: Date; body: string | null }

/** Keeps each notice once. Answers the provider ids of those that are new. */
export async function insertChanges(tx: TenantTx, tenantId: string, list: readonly NewChange[]): Promise<Set<string>> {
  if (list.length === 0) return new Set()
  const distinct = [...new Map(list.map((c) => [`${c.channelId}/${c.providerId}`, c])).values()]
  const { rows } = await sql<{ provider_id: string }>`
    insert into message_changes (tenant_id, channel_id, provider_id, kind, target_provider_id, at, body)
    select ${tenantId}::uuid, a, b, c, d, e, f from unnest(${distinct.map((c) => c.channelId)}::uuid[], ${distinct.map((c) => c.providerId)}::text[],
      ${distinct.map((c) => c.kind)}::text[], ${distinct.map((c) => c.targetProviderId)}::text[], ${distinct.map((c) => c.at)}::timestamptz[],
      ${distinct.map((c) => c.body)}::text[]) x(a, b, c, d, e, f)
    on conflict do nothing returning provider_id`.execute(tx)
  return new Set(rows.map((r) => r.provider_id))
}

type Row = { id: string; conversation_id: string; at: Date; body: string | null; earlier_texts: { text: string; until: string }[] | null; changes: Change[] }
type Change = { kind: string; at: string; body: string | null }

/** The words as they were said one after another; what the notices do not hold stays as it was. Pure. */
export function replay(
  first: string | null,
  changes: readonly Change[],
): { body: string | null; earlier: { text: string; until: string }[]; editedAt: string | null; revokedAt: string | null } {
  const earlier: { text: string; until: string }[] = []
  let body = first
  let editedAt: string | null = null
  let revokedAt: string | null = null
  for (const change of [...changes].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    if (change.kind === 'revoke') revokedAt ??= change.at
    else {
      if (body !== change.body) earlier.push({ text: body ?? '', until: change.at })
      body = change.body
      editedAt = change.at
    }
  }
  return { body, earlier, editedAt, revokedAt }
}

/**
 * Brings messages up to date with the edits and deletions that are kept about them, whichever came first. Every time from the
 * first words on, so the order of arrival does not matter. Answers the messages that changed.
 */
export async function applyChanges(tx: TenantTx, list: readonly Key[]): Promise<{ id: string; conversation_id: string }[]> {
  if (list.length === 0) return []
  const { rows } = await sql<Row>`
    with told as (
      select c.channel_id, c.target_provider_id, jsonb_agg(jsonb_build_object('kind', c.kind, 'at', c.at, 'body', c.body)) changes
      from (select distinct a, b from unnest(${list.map((k) => k.channelId)}::uuid[], ${list.map((k) => k.providerId)}::text[]) y(a, b)) x
      join message_changes c on c.channel_id = x.a and c.target_provider_id = x.b group by 1, 2)
    select m.id, m.conversation_id, m.at, m.body, m.earlier_texts, t.changes from told t
    join messages m on m.channel_id = t.channel_id and m.provider_id = t.target_provider_id and m.type <> 'reaction'
    order by m.id for update of m`.execute(tx)
  if (rows.length === 0) return []
  const index = await searchIndex(tx)
  const next = rows.map((r) => ({ id: r.id, at: r.at, ...replay(r.earlier_texts?.[0]?.text ?? r.body, r.changes) }))
  const { rows: changed } = await sql<{ id: string; conversation_id: string }>`
    update messages m set body = x.body, words = x.words::bigint[], earlier_texts = x.earlier, edited_at = x.edited, revoked_at = x.revoked
    from (select a id, b body, c::jsonb earlier, d edited, e revoked, f words from unnest(${next.map((n) => n.id)}::uuid[], ${next.map((n) => n.body)}::text[],
      ${next.map((n) => (n.earlier.length > 0 ? JSON.stringify(n.earlier) : null))}::text[], ${next.map((n) => n.editedAt)}::timestamptz[],
      ${next.map((n) => n.revokedAt)}::timestamptz[],
      ${next.map((n) => (n.revokedAt || n.body === null ? null : `{${messageWords(index, n.body, n.at).join(',')}}`))}::text[]) y(a, b, c, d, e, f)) x
    where m.id = x.id and (m.body is distinct from x.body or m.edited_at is distinct from x.edited or m.revoked_at is distinct from x.revoked
      or m.earlier_texts is distinct from x.earlier)
    returning m.id, m.conversation_id`.execute(tx)
  return changed
}
