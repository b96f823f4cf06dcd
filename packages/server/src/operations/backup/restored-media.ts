import { sql } from 'kysely'
import { fileLock, openFile, readAll } from '../../features/media/sealed-file.ts'
import type { Config } from '../../platform/config.ts'
import { inTenant, openDatabase, useKeys } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import type { Keys } from '../../platform/keys.ts'
import type { Storage } from '../../platform/storage.ts'
import { NoSuchObject } from '../../platform/storage-keys.ts'
import { SealBroken } from '../../platform/vault/sealed-value.ts'
import { loadServerKeys } from '../../platform/vault/server-key.ts'
import type { Fault } from './check-restored.ts'
import { connect } from './database-place.ts'
import { mediaSource } from './media-source.ts'

/** `tenant/media` of every file that should be there: those whose key is destroyed are nobody's any more. */
export async function storedMedia(url: string): Promise<Set<string>> {
  const client = await connect(url)
  try {
    const { rows } = await client.query<{ key: string }>(
      `select m.tenant_id || '/' || m.id as key from media m
        where m.status = 'stored' and (m.key_id is null or exists (select from data_keys k where k.id = m.key_id))`,
    )
    return new Set(rows.map((r) => r.key))
  } finally {
    await client.end()
  }
}

const MANY = 5000

/**
 * These files are nowhere. Their rows no longer say that they are here, so that one that was received can be fetched again while WhatsApp
 * keeps it, and nobody waits for the others. Answers how many.
 */
export async function forgetMissing(url: string, keys: readonly string[]): Promise<number> {
  if (keys.length === 0) return 0
  const ids = keys.map((k) => k.split('/')[1])
  const client = await connect(url)
  try {
    let n = 0
    for (let at = 0; at < ids.length; at += MANY) {
      const { rowCount } = await client.query(
        `update media set status = 'failed', reason = case when provider_media_id is null then 'refused' else 'not_yet' end, error = 'not restored',
          storage_key = null, thumbnail_key = null, shown_key = null, derived_at = null, attempts = 0, retry_at = null, try_id = null
          where id = any($1::uuid[]) and status = 'stored'`,
        [ids.slice(at, at + MANY)],
      )
      n += rowCount ?? 0
    }
    return n
  } finally {
    await client.end()
  }
}

/**
 * For a database that was restored by other means: looks which files are there. Where there is none at all, the folder or the bucket is
 * more likely another, and no row is touched.
 */
export async function settleMedia(config: Config, home: string, url: string): Promise<{ missing: number; faults: Fault[] }> {
  const stored = await storedMedia(url)
  const there = new Set<string>()
  try {
    for await (const { key } of mediaSource(config, home).list()) there.add(key)
  } catch (e) {
    return { missing: 0, faults: [{ code: 'media_missing', what: `the media cannot be listed: ${e instanceof Error ? e.message : e}` }] }
  }
  const gone = [...stored].filter((key) => !there.has(key))
  if (gone.length > 0 && there.size === 0) return { missing: 0, faults: [{ code: 'media_missing', what: `none of the ${gone.length} media files is there` }] }
  return { missing: await forgetMissing(url, gone), faults: [] }
}

const SAMPLE = 50
/** Enough of each to know that its key opens it; large files are not read in full. */
const HEAD = 64 * 1024

/** Opens some of these files, spread over all of them, each with its key from this database. */
export async function openMediaSample(url: string, keys: Keys, storage: Storage, files: Iterable<string>): Promise<{ opened: number; faults: Fault[] }> {
  const all = [...files].filter((f) => !f.includes('.'))
  const some = all.filter((_, n) => n % Math.ceil(all.length / SAMPLE) === 0)
  const faults: Fault[] = []
  let opened = 0
  const { db } = openDatabase(url, 1, 'atende-restore')
  try {
    useKeys(db, keys)
    await loadServerKeys(db, keys)
    for (const file of some) {
      const [tenant = '', id = ''] = file.split('/')
      try {
        await inTenant(db, tenant, async (tx) => {
          const { rows } = await sql<{ key_id: string | null; files_plain: boolean }>`select key_id, files_plain from media where id = ${id}::uuid`.execute(tx)
          const [row] = rows
          if (!row) return
          const found = await openFile({ storage }, await fileLock(tx, row), file)
          await readAll(found, { start: 0, end: Math.max(0, Math.min(HEAD, found.size) - 1) })
          opened++
        })
      } catch (e) {
        if (e instanceof AppError) continue
        if (!(e instanceof SealBroken || e instanceof NoSuchObject || (e instanceof Error && e.name === 'UnknownMasterKey'))) throw e
        faults.push({ code: 'not_opened', what: `media ${id}` })
      }
    }
    return { opened, faults }
  } finally {
    await db.destroy()
  }
}
