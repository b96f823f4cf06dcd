import type { MediaKind } from '@atende/contracts/media'
import type { Context } from '../../platform/context.ts'
import { sha256 } from '../../platform/crypto.ts'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField, notFound } from '../../platform/errors.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { acceptUpload, type Upload } from './accept-upload.ts'
import { convertUpload } from './derive/convert-upload.ts'
import * as db from './media.db.ts'
import { deriveMediaJob } from './media.jobs.ts'

export type { MediaRow } from './media.db.ts'

export const storageKey = (tenantId: string, mediaId: string): string => `${tenantId}/${mediaId}`

export type StoreInput = Upload & { tenantId: string; userId: string | null }
/**
 * Checks and stores a file that will be sent; a photo that WhatsApp does not take (HEIC) is made one that it takes. The bytes are on disk before the row says so; the row is made by `save`, so that the
 * caller's transaction is short and the disk is not written inside it.
 * @throws AppError validation_failed, media_type_refused, media_too_large
 */
export async function storeMedia(
  ctx: Pick<Context, 'storage' | 'jobs'>,
  input: StoreInput,
  save: (insert: (tx: TenantTx) => Promise<db.MediaRow>) => Promise<db.MediaRow>,
): Promise<db.MediaRow> {
  const upload = await convertUpload(input)
  const { kind, mime, voice, size } = await acceptUpload(upload)
  const id = uuidv7()
  const key = storageKey(input.tenantId, id)
  await ctx.storage.put(key, upload.data)
  const row: db.NewMedia = {
    id,
    tenant_id: input.tenantId,
    kind,
    mime,
    voice,
    filename: upload.filename,
    animated: size?.animated ?? false,
    width: size?.width ?? null,
    height: size?.height ?? null,
    sha256: sha256(upload.data),
    size: String(upload.data.length),
    status: 'stored',
    storage_key: key,
    uploaded_by: input.userId,
  }
  const insert = async (tx: TenantTx) => {
    const [made] = await db.insert(tx, [row])
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
  const rows = items.map((m) => ({
    id: m.id ?? uuidv7(),
    tenant_id: tenantId,
    kind: m.kind,
    mime: plainMime(m.mime),
    declared_mime: plainMime(m.mime),
    filename: m.filename?.slice(0, 200) ?? null,
    voice: m.voice ?? false,
    animated: m.animated ?? false,
    sha256: decodeSha256(m.sha256),
    status: m.providerMediaId ? 'pending' : 'failed',
    reason: m.providerMediaId ? 'not_yet' : 'refused',
    provider_media_id: m.providerMediaId,
  }))
  await db.insert(tx, rows)
  return rows.map((r) => r.id)
}

/** @throws AppError not_found */
export async function getMedia(tx: TenantTx, id: string): Promise<db.MediaRow> {
  const row = await db.find(tx, id)
  if (!row) throw notFound()
  return row
}

/**
 * A stored file of this tenant that may be sent as `kind`; any file may be sent as a document.
 * @throws AppError validation_failed on content.mediaId: absent, not stored, or of another kind
 */
export async function findUsableMedia(tx: TenantTx, id: string, kind: MediaKind): Promise<db.MediaRow> {
  const row = await db.find(tx, id)
  if (row?.status !== 'stored') throw invalidField('content.mediaId', 'not_found', 'Não encontramos este arquivo. Anexe de novo.')
  if (row.kind !== kind && kind !== 'document') throw invalidField('content.mediaId', 'wrong_kind', 'Este arquivo é de outro tipo.')
  return row
}

/** The whole file, for sending it on. @throws AppError not_found when it is not stored (any more) */
export async function readMediaBytes(ctx: Pick<Context, 'storage'>, row: Pick<db.MediaRow, 'status' | 'storage_key'>): Promise<Buffer> {
  if (row.status !== 'stored' || !row.storage_key) throw new AppError('not_found')
  const chunks: Buffer[] = []
  for await (const chunk of await ctx.storage.get(row.storage_key)) chunks.push(chunk)
  return Buffer.concat(chunks)
}
