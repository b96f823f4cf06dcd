import type { Tag } from '@atende/contracts/tags'
import { TagColor } from '@atende/contracts/tags'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, isUniqueViolation, notFound } from '../../platform/errors.ts'
import { publish } from '../../platform/events.ts'
import * as db from './tags.db.ts'

type Row = Awaited<ReturnType<typeof db.list>>[number]
const present = (row: Row): Tag => ({ id: row.id, name: row.name, color: TagColor.parse(row.color), createdAt: row.created_at.toISOString() })
const changed = (tx: TenantTx, tenantId: string) => publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'tags' } }])
const refuseTwin = (e: unknown): never => {
  throw isUniqueViolation(e, 'tags_name') ? new AppError('already_exists', { detail: 'Já existe uma etiqueta com este nome.' }) : e
}

export const listTags = async (tx: TenantTx): Promise<Tag[]> => (await db.list(tx)).map(present)

/** @throws AppError already_exists */
export async function createTag(tx: TenantTx, tenantId: string, input: { name: string; color: string }): Promise<Tag> {
  const row = await db.insert(tx, tenantId, input).catch(refuseTwin)
  await changed(tx, tenantId)
  return present(row)
}

/** @throws AppError not_found, already_exists */
export async function updateTag(tx: TenantTx, tenantId: string, id: string, input: { name?: string; color?: string }): Promise<Tag> {
  const row = await db.update(tx, id, input).catch(refuseTwin)
  if (!row) throw notFound()
  await changed(tx, tenantId)
  return present(row)
}

/** Removes the tag from every conversation too. @throws AppError not_found */
export async function deleteTag(tx: TenantTx, tenantId: string, id: string): Promise<void> {
  if (!(await db.remove(tx, id))) throw notFound()
  await changed(tx, tenantId)
}
