import { sql } from 'kysely'
import { type Context, tenantTx } from '../../platform/context.ts'
import { NoSuchObject } from '../../platform/storage-keys.ts'
import { HEAD_BYTES, isSealedHead } from '../../platform/vault/sealed-stream.ts'
import { dataKey } from '../../platform/vault/vault.ts'
import * as db from './media.db.ts'
import { putFile } from './sealed-file.ts'

const BATCH = 100

async function sealOne(ctx: Context, tenantId: string, mediaId: string): Promise<void> {
  const found = await tenantTx(ctx, tenantId, async (tx) => {
    const row = await db.find(tx, mediaId)
    const key = row?.key_id ? await dataKey(tx, row.key_id) : undefined
    return row && { row, key }
  })
  if (!found?.row.files_plain) return
  const { row, key } = found
  const files = [row.storage_key, row.thumbnail_key, row.shown_key].filter((k) => k !== null)
  for (const file of files) {
    // Whoever's key is destroyed has no open file left behind either.
    if (key) await sealFile(ctx, key, file)
    else await ctx.storage.delete(file)
  }
  await tenantTx(ctx, tenantId, (tx) => db.update(tx, mediaId, { files_plain: false }))
}

/** The object is replaced as a whole; one that an earlier, interrupted run has sealed stays. */
async function sealFile(ctx: Context, key: Parameters<typeof putFile>[1], file: string): Promise<void> {
  try {
    const { size } = await ctx.storage.stat(file)
    const head: Buffer[] = []
    if (size > 0) for await (const piece of await ctx.storage.get(file, { start: 0, end: Math.min(size, HEAD_BYTES) - 1 })) head.push(piece)
    if (isSealedHead(Buffer.concat(head))) return
    await putFile(ctx, key, file, size > 0 ? await ctx.storage.get(file) : Buffer.alloc(0))
  } catch (e) {
    if (!(e instanceof NoSuchObject)) throw e
  }
}

/**
 * Seals the files that an older version stored in the clear, a batch at a time. Readable all the while; may be interrupted and goes
 * on later; two workers at once do no harm. Answers how many were sealed.
 */
export async function sealOldFiles(ctx: Context, goOn: () => boolean): Promise<number> {
  let [after, done]: [string | null, number] = [null, 0]
  while (goOn()) {
    const { rows }: { rows: { media_id: string; tenant_id: string }[] } = await sql<{
      media_id: string
      tenant_id: string
    }>`select * from door_plain_files(${after}::uuid, ${BATCH})`.execute(ctx.db)
    for (const { media_id, tenant_id } of rows) {
      if (!goOn()) return done
      await sealOne(ctx, tenant_id, media_id).then(
        () => done++,
        (err: unknown) => ctx.log.warn({ err, mediaId: media_id }, 'media: not sealed yet'),
      )
      after = media_id
    }
    if (rows.length === 0) return done
  }
  return done
}
