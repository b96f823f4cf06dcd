import type { TemplateParts } from '@atende/contracts/templates'
import { type Insertable, sql, type Updateable } from 'kysely'
import type { TenantTx } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import type { DB } from '../../platform/schema.ts'

/** Portuguese first, then by name: the order of the index `templates_list`. */
const notPortuguese = sql<boolean>`language <> 'pt_BR'`
const WAITING = ['PENDING', 'IN_APPEAL']

export type ListFilter = {
  q?: string | undefined
  channelId?: string | undefined
  category?: string | undefined
  status: 'usable' | 'waiting' | 'problem' | 'any'
  language?: string | undefined
  after?: readonly [foreign: number, name: string, language: string, id: string] | undefined
  limit: number
}

const literal = (q: string) => q.replaceAll('_', ' ').replace(/[\\%]/g, '\\$&')
/** Name and texts; an underscore of a name is found as a space. */
const matches = (q: string) =>
  sql<boolean>`plain(replace(name || ' ' || coalesce(parts->>'body', '') || ' ' || coalesce(parts->'header'->>'text', ''), '_', ' ')) like '%' || plain(${literal(q)}) || '%'`

export function list(tx: TenantTx, f: ListFilter) {
  let query = tx.selectFrom('templates').selectAll().orderBy(notPortuguese).orderBy('name').orderBy('language').orderBy('id').limit(f.limit)
  if (f.after)
    query = query.where(
      sql<boolean>`(language <> 'pt_BR', name, language, id) > (${f.after[0]}::int::boolean, ${f.after[1]}, ${f.after[2]}, ${f.after[3]}::uuid)`,
    )
  if (f.q) query = query.where(matches(f.q))
  if (f.channelId) query = query.where('waba_id', 'in', tx.selectFrom('channels').select('waba_id').where('id', '=', f.channelId))
  if (f.category) query = query.where('category', '=', f.category)
  if (f.language) query = query.where('language', '=', f.language)
  if (f.status === 'usable') query = query.where('status', '=', 'APPROVED')
  if (f.status === 'waiting') query = query.where('status', 'in', WAITING)
  if (f.status === 'problem') query = query.where('status', 'not in', ['APPROVED', ...WAITING])
  return query.execute()
}

export const find = (tx: TenantTx, id: string) => tx.selectFrom('templates').selectAll().where('id', '=', id).executeTakeFirst()
export type TemplateRow = NonNullable<Awaited<ReturnType<typeof find>>>

const byName = (tx: TenantTx, wabaId: string, name: string, language: string) =>
  tx.selectFrom('templates').selectAll().where('waba_id', '=', wabaId).where('name', '=', name).where('language', '=', language)
export const findByName = (tx: TenantTx, wabaId: string, name: string, language: string) => byName(tx, wabaId, name, language).executeTakeFirst()
export const lockByName = (tx: TenantTx, wabaId: string, name: string, language: string) => byName(tx, wabaId, name, language).forUpdate().executeTakeFirst()
export const lockByProvider = (tx: TenantTx, wabaId: string, providerId: string) =>
  tx.selectFrom('templates').selectAll().where('waba_id', '=', wabaId).where('provider_id', '=', providerId).forUpdate().executeTakeFirst()

/** Locked in the order of ids, as every change of several rows. */
export const lockAccount = (tx: TenantTx, wabaId: string) =>
  tx.selectFrom('templates').selectAll().where('waba_id', '=', wabaId).orderBy('id').forUpdate().execute()

export type NewTemplate = Omit<Insertable<DB['templates']>, 'id' | 'tenant_id' | 'parts' | 'components'> & { parts: TemplateParts; components?: unknown }

/**
 * Made, or taken over when the name was already heard of: a webhook may be faster than the answer, and what it told of the state
 * stays. One that was deleted begins anew.
 */
export const insertOrTakeOver = (tx: TenantTx, tenantId: string, { parts, components, ...row }: NewTemplate) => {
  const told = sql<boolean>`templates.status not in ('DELETED', 'PENDING_DELETION', 'UNKNOWN')`
  return tx
    .insertInto('templates')
    .values({ id: uuidv7(), tenant_id: tenantId, ...row, parts: JSON.stringify(parts), components: JSON.stringify(components ?? []) })
    .onConflict((c) =>
      c.columns(['tenant_id', 'waba_id', 'name', 'language']).doUpdateSet((e) => ({
        parts: e.ref('excluded.parts'),
        components: e.ref('excluded.components'),
        provider_id: e.ref('excluded.provider_id'),
        category: e.ref('excluded.category'),
        parameter_format: e.ref('excluded.parameter_format'),
        synced_at: e.ref('excluded.synced_at'),
        status: sql<string>`case when ${told} then templates.status else excluded.status end`,
        reason: sql<string | null>`case when ${told} then templates.reason end`,
        reason_details: sql<string | null>`case when ${told} then templates.reason_details end`,
        updated_at: sql<Date>`now()`,
      })),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** One that a webhook names first; undefined when somebody else made it in the same moment. */
export const insertHeard = (tx: TenantTx, tenantId: string, { parts, components, ...row }: NewTemplate) =>
  tx
    .insertInto('templates')
    .values({ id: uuidv7(), tenant_id: tenantId, ...row, parts: JSON.stringify(parts), components: JSON.stringify(components ?? []) })
    .onConflict((c) => c.columns(['tenant_id', 'waba_id', 'name', 'language']).doNothing())
    .returningAll()
    .executeTakeFirst()

export type TemplateChange = Omit<Updateable<DB['templates']>, 'parts' | 'components'> & { parts?: TemplateParts; components?: unknown }
export const update = (tx: TenantTx, id: string, { parts, components, ...change }: TemplateChange) =>
  tx
    .updateTable('templates')
    .set({
      ...change,
      ...(parts ? { parts: JSON.stringify(parts) } : {}),
      ...(components === undefined ? {} : { components: JSON.stringify(components) }),
      updated_at: sql<Date>`now()`,
    })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirst()

export const remove = (tx: TenantTx, id: string) => tx.deleteFrom('templates').where('id', '=', id).returning('id').executeTakeFirst()
export const removeByName = (tx: TenantTx, wabaId: string, name: string) =>
  tx.deleteFrom('templates').where('waba_id', '=', wabaId).where('name', '=', name).returning('id').execute()

export type SyncedTemplate = {
  provider_id: string
  name: string
  language: string
  category: string
  parameter_format: string
  parts: TemplateParts
  components: unknown
  status: string
  reason: string | null
  quality: string
  next_category: string | null
}

/**
 * What Meta answered to a reading that began at `readAt`, all at once. A state of which a webhook told since stays as told. Answers
 * how many changed in a way that a person sees.
 */
export async function saveSynced(tx: TenantTx, tenantId: string, wabaId: string, rows: readonly SyncedTemplate[], readAt: Date): Promise<number> {
  if (rows.length === 0) return 0
  const list = JSON.stringify(rows.map((r) => ({ id: uuidv7(), ...r })))
  const { rows: changed } = await sql<{ n: number }>`
    with fresh as (
      select * from jsonb_to_recordset(${list}::jsonb) as f(id uuid, provider_id text, name text, language text, category text, parameter_format text,
        parts jsonb, components jsonb, status text, reason text, quality text, next_category text)
    ), before as (
      select name, language, status, quality, category, parts from templates where waba_id = ${wabaId}
    ), saved as (
      insert into templates as t (id, tenant_id, waba_id, provider_id, name, language, category, parameter_format, parts, components, status, reason,
        quality, next_category, synced_at)
      select id, ${tenantId}::uuid, ${wabaId}, provider_id, name, language, category, parameter_format, parts, components, status, reason,
        quality, next_category, ${readAt} from fresh
      on conflict (tenant_id, waba_id, name, language) do update set
        provider_id = excluded.provider_id, parameter_format = excluded.parameter_format, parts = excluded.parts, components = excluded.components,
        status = case when t.status_at >= ${readAt} then t.status else excluded.status end,
        -- Webhooks say more about a reason than the list does.
        reason = case when t.status_at >= ${readAt} or t.status = excluded.status then coalesce(t.reason, excluded.reason) else excluded.reason end,
        reason_details = case when t.status_at >= ${readAt} or t.status = excluded.status then t.reason_details end,
        quality = case when t.quality_at >= ${readAt} then t.quality else excluded.quality end,
        category = case when t.category_at >= ${readAt} then t.category else excluded.category end,
        -- An announced category stays announced until it comes, also where the list does not repeat it.
        next_category = case when t.category_at >= ${readAt} then t.next_category
          else coalesce(excluded.next_category, nullif(t.next_category, excluded.category)) end,
        synced_at = ${readAt}, updated_at = now()
      returning t.name, t.language, t.status, t.quality, t.category, t.parts
    ) select count(*)::int n from saved s left join before b using (name, language)
      where b.name is null or (b.status, b.quality, b.category, b.parts) is distinct from (s.status, s.quality, s.category, s.parts)`.execute(tx)
  return changed[0]?.n ?? 0
}

/** The clock by which `updated_at` is written. */
export const databaseTime = async (tx: TenantTx): Promise<Date> => (await sql<{ at: Date }>`select clock_timestamp() at`.execute(tx)).rows[0]?.at ?? new Date(0)

/** Those that Meta no longer has; one that was made or told of since `startedAt` (by the database's clock) is not among them. */
export const markGone = (tx: TenantTx, wabaId: string, keep: readonly string[], startedAt: Date) =>
  sql<{ id: string }>`update templates set status = 'DELETED', reason = null, reason_details = null, updated_at = now()
    where waba_id = ${wabaId} and status <> 'DELETED' and updated_at < ${startedAt}
      and not (name || ' ' || language = any(${keep}::text[])) returning id`.execute(tx)

/** Which numbers may send the templates of which account. */
export const channelsByAccount = (tx: TenantTx) =>
  tx.selectFrom('channels').select(['id', 'waba_id']).where('released_at', 'is', null).orderBy('created_at').execute()

export const accountOfChannel = (tx: TenantTx, channelId: string) => tx.selectFrom('channels').select('waba_id').where('id', '=', channelId).executeTakeFirst()
