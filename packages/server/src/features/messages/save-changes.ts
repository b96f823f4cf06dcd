import { sql } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { messageWords } from '../../platform/search/words.ts'
import { BROKEN, openOr } from '../../platform/vault/broken.ts'
import { type DataKey, keyIdOf, seal } from '../../platform/vault/sealed-value.ts'
import { type EarlierText, type Opened, openWords, sealWords } from '../../platform/vault/sealed-words.ts'
import { openerFor, searchIndex, tenantKey } from '../../platform/vault/vault.ts'
import { conversationKeys } from './conversation-keys.ts'

type Key = { channelId: string; providerId: string }
export type NewChange = Key & { kind: 'edit' | 'revoke' | 'identity'; targetProviderId: string | null; at: Date; body: string | null }

const changePlace = (c: { channel_id: string; provider_id: string }) => `message_changes.sealed:${c.channel_id}/${c.provider_id}`

/**
 * Keeps each notice once. Answers the provider ids of those that are new. The words of an edit are the company's until its message is
 * here, and then the person's who wrote them.
 */
export async function insertChanges(tx: TenantTx, tenantId: string, list: readonly NewChange[]): Promise<Set<string>> {
  if (list.length === 0) return new Set()
  const distinct = [...new Map(list.map((c) => [`${c.channelId}/${c.providerId}`, c])).values()]
  const key = distinct.some((c) => c.kind === 'edit') ? await tenantKey(tx) : undefined
  const sealed = distinct.map((c) =>
    key && c.kind === 'edit' && c.body !== null ? seal(key, changePlace({ channel_id: c.channelId, provider_id: c.providerId }), c.body) : null,
  )
  const { rows } = await sql<{ provider_id: string }>`
    insert into message_changes (tenant_id, channel_id, provider_id, kind, target_provider_id, at, sealed)
    select ${tenantId}::uuid, a, b, c, d, e, f from unnest(${distinct.map((c) => c.channelId)}::uuid[], ${distinct.map((c) => c.providerId)}::text[],
      ${distinct.map((c) => c.kind)}::text[], ${distinct.map((c) => c.targetProviderId)}::text[], ${distinct.map((c) => c.at)}::timestamptz[],
      ${sealed}::bytea[]) x(a, b, c, d, e, f)
    on conflict do nothing returning provider_id`.execute(tx)
  return new Set(rows.map((r) => r.provider_id))
}

type Row = {
  id: string
  conversation_id: string
  at: Date
  edited_at: Date | null
  revoked_at: Date | null
  sealed: Buffer | null
  channel_id: string
  provider_id: string
}
type ChangeRow = { channel_id: string; provider_id: string; target_provider_id: string; kind: string; at: Date; sealed: Buffer | null }
type Change = { kind: string; at: string; body: string | null }
type Replayed = { body: string | null; earlier: EarlierText[]; editedAt: string | null; revokedAt: string | null }

/** The words as they were said one after another; what the notices do not hold stays as it was. Pure. */
export function replay(first: string | null, changes: readonly Change[]): Replayed {
  const earlier: EarlierText[] = []
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

const lockTargets = async (tx: TenantTx, list: readonly Key[]): Promise<Row[]> =>
  (
    await sql<Row>`
    select m.id, m.conversation_id, m.at, m.edited_at, m.revoked_at, m.sealed, m.channel_id, m.provider_id
    from (select distinct a, b from unnest(${list.map((k) => k.channelId)}::uuid[], ${list.map((k) => k.providerId)}::text[]) y(a, b)) x
    join messages m on m.channel_id = x.a and m.provider_id = x.b and m.type <> 'reaction'
    where exists (select from message_changes c where c.channel_id = x.a and c.target_provider_id = x.b)
    order by m.id for update of m`.execute(tx)
  ).rows

const changesOf = async (tx: TenantTx, rows: readonly Row[]): Promise<ChangeRow[]> =>
  (
    await sql<ChangeRow>`
    select c.channel_id, c.provider_id, c.target_provider_id, c.kind, c.at, c.sealed
    from unnest(${rows.map((r) => r.channel_id)}::uuid[], ${rows.map((r) => r.provider_id)}::text[]) x(a, b)
    join message_changes c on c.channel_id = x.a and c.target_provider_id = x.b order by c.channel_id, c.provider_id`.execute(tx)
  ).rows

type Next = { row: Row; sealed: Buffer | null; words: string | null; editedAt: string | null; revokedAt: string | null }
const sameTime = (a: Date | null, b: string | null) => (a?.getTime() ?? null) === (b === null ? null : Date.parse(b))

/**
 * Brings messages up to date with the edits and deletions that are kept about them, whichever came first. Every time from the
 * first words on, so the order of arrival does not matter. Answers the messages that changed.
 */
export async function applyChanges(tx: TenantTx, list: readonly Key[]): Promise<{ id: string; conversation_id: string }[]> {
  if (list.length === 0) return []
  const rows = await lockTargets(tx, list)
  if (rows.length === 0) return []
  const changes = await changesOf(tx, rows)
  const opener = await openerFor(
    tx,
    [...rows, ...changes].map((r) => r.sealed),
  )
  const told = new Map<string, { change: Change; row: ChangeRow; text: string | null }[]>()
  for (const c of changes) {
    const text = openOr(tx, () => opener.text(changePlace(c), c.sealed))
    // What cannot be read any more says nothing.
    if (text === undefined || text === BROKEN) continue
    const change = { kind: c.kind, at: c.at.toISOString(), body: text }
    told.set(`${c.channel_id}/${c.target_provider_id}`, [...(told.get(`${c.channel_id}/${c.target_provider_id}`) ?? []), { change, row: c, text: change.body }])
  }
  const keyOf = await conversationKeys(
    tx,
    rows.map((r) => r.conversation_id),
  )
  const index = await searchIndex(tx)
  const next = rows.flatMap((row): Next[] => {
    const mine = told.get(`${row.channel_id}/${row.provider_id}`) ?? []
    return nextOf(
      row,
      openWords(tx, opener, row.id, row.sealed),
      mine.map((m) => m.change),
      keyOf(row.conversation_id),
      (body) => (body === null ? null : `{${messageWords(index, body, row.at).join()}}`),
    )
  })
  await giveToPeople(tx, rows, told, keyOf)
  return save(tx, next)
}

function nextOf(row: Row, said: Opened, changes: readonly Change[], key: DataKey, wordsOf: (body: string | null) => string | null): Next[] {
  const open = said.state === 'open' ? said : undefined
  const { body, earlier, editedAt, revokedAt } = replay(open ? (open.earlier[0]?.text ?? open.body) : null, changes)
  const reworded = open && (body !== open.body || JSON.stringify(earlier) !== JSON.stringify(open.earlier))
  if (!reworded && sameTime(row.edited_at, editedAt) && sameTime(row.revoked_at, revokedAt)) return []
  const sealed = reworded ? sealWords(key, row.id, { body, content: open.content, earlier }) : null
  return [{ row, sealed, words: revokedAt ? null : wordsOf(body), editedAt, revokedAt }]
}

const save = async (tx: TenantTx, next: readonly Next[]): Promise<{ id: string; conversation_id: string }[]> =>
  next.length === 0
    ? []
    : (
        await sql<{ id: string; conversation_id: string }>`
    update messages m set sealed = coalesce(x.sealed, m.sealed), words = x.words::bigint[], edited_at = x.edited, revoked_at = x.revoked
    from unnest(${next.map((n) => n.row.id)}::uuid[], ${next.map((n) => n.sealed)}::bytea[], ${next.map((n) => n.words)}::text[],
      ${next.map((n) => n.editedAt)}::timestamptz[], ${next.map((n) => n.revokedAt)}::timestamptz[]) x(id, sealed, words, edited, revoked)
    where m.id = x.id returning m.id, m.conversation_id`.execute(tx)
      ).rows

/** From now on the words of these edits end with the person who wrote them. */
async function giveToPeople(
  tx: TenantTx,
  rows: readonly Row[],
  told: ReadonlyMap<string, { row: ChangeRow; text: string | null }[]>,
  keyOf: (conversationId: string) => DataKey,
): Promise<void> {
  const moved = rows.flatMap((m) =>
    (told.get(`${m.channel_id}/${m.provider_id}`) ?? []).flatMap(({ row, text }) => {
      const key = keyOf(m.conversation_id)
      return row.sealed && text !== null && keyIdOf(row.sealed) !== key.id ? [{ row, sealed: seal(key, changePlace(row), text) }] : []
    }),
  )
  if (moved.length === 0) return
  await sql`update message_changes c set sealed = x.sealed
    from unnest(${moved.map((m) => m.row.channel_id)}::uuid[], ${moved.map((m) => m.row.provider_id)}::text[], ${moved.map((m) => m.sealed)}::bytea[]) x(a, b, sealed)
    where c.channel_id = x.a and c.provider_id = x.b`.execute(tx)
}
