import { type Context, tenantTx } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import * as db from './media.db.ts'
import { type EraseMedia, eraseMediaJob } from './media.jobs.ts'
import { storageKey } from './media.ts'

/** Files of one job: each is a few requests to the storage. */
const BATCH = 100

/** The objects of a file that has no row (any more): its bytes and what was made of them. */
export async function eraseObjects(ctx: Pick<Context, 'storage'>, tenantId: string, mediaId: string): Promise<void> {
  const key = storageKey(tenantId, mediaId)
  for (const object of [key, `${key}.thumb`, `${key}.shown`]) await ctx.storage.delete(object)
}

/** Files that are these people's alone: those whose keys end with them. Ask before the people are deleted. */
export const filesOf = (tx: TenantTx, contactIds: readonly string[]): Promise<string[]> => db.ofContacts(tx, contactIds)

/**
 * Their rows go with this transaction, their bytes after its commit, however often the storage refuses. One that a message still shows
 * (nobody's but theirs has one) stays.
 */
export async function forgetFiles(ctx: Pick<Context, 'jobs'>, tx: TenantTx, tenantId: string, mediaIds: readonly string[]): Promise<void> {
  const gone = await db.removeUnshown(tx, mediaIds)
  for (let i = 0; i < gone.length; i += BATCH) await ctx.jobs.send(tx, eraseMediaJob, { tenantId, mediaIds: gone.slice(i, i + BATCH) })
}

/** Handler of `media.erase`. A file that has a row is nobody's to erase. */
export async function eraseMedia(ctx: Context, { tenantId, mediaIds }: EraseMedia): Promise<void> {
  const kept = new Set(await tenantTx(ctx, tenantId, (tx) => db.thereOf(tx, mediaIds)))
  for (const id of mediaIds) if (!kept.has(id)) await eraseObjects(ctx, tenantId, id)
}

/** For who has just stored something: was its row deleted meanwhile? Then nothing is left behind. */
export async function eraseIfGone(ctx: Context, tenantId: string, mediaId: string): Promise<void> {
  await eraseMedia(ctx, { tenantId, mediaIds: [mediaId] })
}
