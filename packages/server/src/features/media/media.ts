import type { MediaKind } from '@atende/contracts/media'
import type { Context } from '../../platform/context.ts'
import { sha256 } from '../../platform/crypto.ts'
import { inTenant, type TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { giveKey, mediaKey, mediaKeys } from '../../platform/vault/vault.ts'
import { acceptUpload, type Upload } from './accept-upload.ts'
import { convertUpload } from './derive/convert-upload.ts'
import * as db from './media.db.ts'
import { deriveMediaJob } from './media.jobs.ts'
import { sealFacts, type WithFacts, withFacts } from './media-facts.ts'
import { fileLock, openFile, putFile, readAll } from './sealed-file.ts'

/** A row with what is known of the file, opened. */
export type MediaRow = db.SealedRow & WithFacts

export const storageKey = (tenantId: string, mediaId: string): string => `${tenantId}/${mediaId}`

export type StoreInput = Upload & { tenantId: string; userId: string | null }
/**
 * Checks and stores a file that will be sent; a photo that WhatsApp does not take (HEIC) is made one that it takes. The sealed bytes
 * are on disk before the row says so; the row is made by `save`, so that the caller's transaction is short and the disk is not
 * written inside it. The key is nobody's until the file is sent (`claimFiles`).
 * @throws AppError validation_failed, media_type_refused, media_too_large
 */
export async function storeMedia(
  ctx: Pick<Context, 'storage' | 'jobs' | 'db'>,
  input: StoreInput,
  save: (insert: (tx: TenantTx) => Promise<MediaRow>) => Promise<MediaRow>,
): Promise<MediaRow> {
  const upload = await convertUpload(input)
  const { kind, mime, voice, size } = await acceptUpload(upload)
  const id = uuidv7()
  const key = storageKey(input.tenantId, id)
  const lock = await inTenant(ctx.db, input.tenantId, (tx) => mediaKey(tx, null))
  await putFile(ctx, lock, key, upload.data)
  const row: db.NewMedia = {
    id,
    tenant_id: input.tenantId,
    kind,
    mime,
    voice,
    animated: size?.animated ?? false,
    width: size?.width ?? null,
    height: size?.height ?? null,
    size: String(upload.data.length),
    status: 'stored',
    storage_key: key,
    uploaded_by: input.userId,
    key_id: lock.id,
    sealed: sealFacts(lock, id, { filename: upload.filename, sha256: sha256(upload.data).toString('hex') }),
  }
  const insert = async (tx: TenantTx) => {
    const [made] = await withFacts(tx, await db.insert(tx, [row]))
    if (!made) throw new Error('media: no row was made')
    await ctx.jobs.send(tx, deriveMediaJob, { tenantId: input.tenantId, mediaId: id })
    return made
  }
  return save(insert).catch(async (e) => {
    await ctx.storage.delete(key)
    throw e
  })
}

export type PendingMedia = {
  id?: string
  kind: MediaKind
  mime: string
  filename?: string | null
  voice?: boolean
  animated?: boolean
  /** Null: the provider announced a file without handing it over. */
  providerMediaId: string | null
  /** As Meta gave it: base64 in webhooks, hex in answers. */
  sha256?: string | null | undefined
  /** Short-lived address that came along. */
  url?: string | null | undefined
  /** Who sent it: its key ends with theirs. */
  contactId?: string | null
}

/** 44 characters of base64 or 64 of hex; anything else counts as not given. */
export function decodeSha256(text: string | null | undefined): Buffer | null {
  if (!text) return null
  const bytes = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64')
  return bytes.length === 32 ? bytes : null
}

const plainMime = (mime: string) => (mime.split(';')[0]?.trim() ?? '').slice(0, 120) || 'application/octet-stream'

/** Rows for media that are still to be fetched from the provider, in the order given; the caller also sends `downloadMediaJob`. */
export async function createPendingMedia(tx: TenantTx, tenantId: string, items: readonly PendingMedia[]): Promise<string[]> {
  const keys = await mediaKeys(
    tx,
    items.map((m) => m.contactId ?? null),
  )
  const rows = items.flatMap((m, i) => {
    const key = keys[i]
    const id = m.id ?? uuidv7()
    if (!key) return []
    const facts = { filename: m.filename?.slice(0, 200) ?? null, sha256: decodeSha256(m.sha256)?.toString('hex') ?? null, url: m.url ?? null }
    const row = {
      id,
      tenant_id: tenantId,
      kind: m.kind,
      mime: plainMime(m.mime),
      declared_mime: plainMime(m.mime),
      voice: m.voice ?? false,
      animated: m.animated ?? false,
      status: m.providerMediaId ? 'pending' : 'failed',
      reason: m.providerMediaId ? 'not_yet' : 'refused',
      provider_media_id: m.providerMediaId,
      key_id: key.id,
      sealed: sealFacts(key, id, facts),
    }
    return [row]
  })
  await db.insert(tx, rows)
  return rows.map((r) => r.id)
}

/**
 * These files go to this person: the key of one that was nobody's ends with theirs from now on; one that somebody else has too is the
 * company's for good.
 */
export async function claimFiles(tx: TenantTx, ids: readonly string[], contactId: string): Promise<void> {
  if (ids.length === 0) return
  for (const { id, key_id, contact_id } of await db.ownersOf(tx, ids)) {
    if (contact_id === contactId) continue
    await giveKey(tx, key_id, contact_id === null ? contactId : null)
    if (contact_id !== null) await db.update(tx, id, { shared: true })
  }
}

/** Those that are there. */
export const findMedia = async (tx: TenantTx, ids: readonly string[]): Promise<MediaRow[]> =>
  ids.length === 0 ? [] : withFacts(tx, await db.findMany(tx, ids))

/** Files inside of messages that the caller is being shown: headers, cards, ads. */
export const findShownMedia = async (tx: TenantTx, ids: readonly string[]): Promise<MediaRow[]> =>
  ids.length === 0 ? [] : withFacts(tx, await db.shown(tx, ids))

/** @throws AppError not_found */
export async function getMedia(tx: TenantTx, id: string): Promise<MediaRow> {
  const [row] = await findMedia(tx, [id])
  if (!row) throw notFound()
  return row
}

/**
 * A stored file of this tenant that may be sent as `kind`; any file may be sent as a document.
 * @throws AppError validation_failed on content.mediaId: absent, not stored, or of another kind
 */
export async function findUsableMedia(tx: TenantTx, id: string, kind: MediaKind): Promise<MediaRow> {
  const [row] = await findMedia(tx, [id])
  if (row?.status !== 'stored' || row.closing !== 'open') throw invalidField('content.mediaId', 'not_found', 'Não encontramos este arquivo. Anexe de novo.')
  if (row.kind !== kind && kind !== 'document') throw invalidField('content.mediaId', 'wrong_kind', 'Este arquivo é de outro tipo.')
  return row
}

type Stored = Pick<MediaRow, 'status' | 'storage_key' | 'tenant_id' | 'key_id' | 'files_plain'>
/** The whole file, for sending it on. @throws AppError not_found when it is not stored (any more), content_erased */
export async function readMediaBytes(ctx: Pick<Context, 'storage' | 'db'>, row: Stored): Promise<Buffer> {
  if (row.status !== 'stored' || !row.storage_key) throw new AppError('not_found')
  const lock = await inTenant(ctx.db, row.tenant_id, (tx) => fileLock(tx, row))
  return readAll(await openFile(ctx, lock, row.storage_key))
}
