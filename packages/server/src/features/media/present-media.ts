import { type Media, MediaKind, MediaReason, MediaStatus } from '@atende/contracts/media'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import type { Opener } from '../../platform/vault/vault.ts'
import type { MediaRow } from './media.ts'
import { openFacts } from './media-facts.ts'
import { type MediaVariant, mediaUrl } from './media-url.ts'

/** What presenting needs of a row. */
type ShownMedia = Omit<
  MediaRow,
  | 'sha256'
  | 'url'
  | 'key_id'
  | 'sealed'
  | 'files_plain'
  | 'shared'
  | 'storage_key'
  | 'provider_media_id'
  | 'error'
  | 'uploaded_by'
  | 'created_at'
  | 'declared_mime'
  | 'attempts'
  | 'try_id'
  | 'derived_at'
  | 'derive_error'
>

const seconds = (ms: number | null) => (ms === null ? null : ms / 1000)
const bytes = (size: string | null) => (size === null ? null : Number(size))

function reasonOf(row: Pick<ShownMedia, 'status' | 'reason' | 'closing'>): MediaReason | null {
  if (row.closing !== 'open') return row.closing === 'erased' ? 'erased' : 'unreadable'
  if (row.status === 'stored') return null
  if (row.status === 'expired' || row.status === 'too_large') return row.status
  return MediaReason.catch('not_yet').parse(row.reason)
}

/** The contract's Media, with fresh signed addresses when the bytes are here; `conversationId`: where it is shown. */
export function presentMedia(ctx: Pick<Context, 'keys'>, row: ShownMedia, conversationId: string | null = null): Media {
  const closed = row.closing !== 'open'
  const stored = row.status === 'stored' && !closed
  const at = (variant: MediaVariant, there: boolean) => (stored && there ? mediaUrl(ctx, { tenantId: row.tenant_id, conversationId }, row.id, variant) : null)
  const converted = row.shown_key !== null
  return {
    id: row.id,
    kind: MediaKind.catch('document').parse(row.kind),
    mime: row.shown_mime ?? row.mime,
    size: bytes(row.shown_size ?? row.size),
    filename: row.filename,
    status: closed ? 'erased' : MediaStatus.catch('failed').parse(row.status),
    width: row.width,
    height: row.height,
    url: at(converted ? 'shown' : 'original', true),
    voice: row.voice,
    animated: row.animated,
    thumbnailUrl: at('thumb', row.thumbnail_key !== null),
    blur: row.blur,
    waveform: row.waveform === null ? null : [...Buffer.from(row.waveform, 'base64')],
    durationSeconds: seconds(row.duration_ms),
    pages: row.pages,
    originalUrl: at('original', converted),
    executable: row.executable,
    reason: reasonOf(row),
    retryAt: stored || closed ? null : (row.retry_at?.toISOString() ?? null),
  }
}

/** For queries that join `media`: select these, and give the row to `presentJoinedMedia`. */
export const MEDIA_COLUMNS = [
  'media.id as m_id',
  'media.kind as m_kind',
  'media.mime as m_mime',
  'media.size as m_size',
  'media.voice as m_voice',
  'media.animated as m_animated',
  'media.width as m_width',
  'media.height as m_height',
  'media.status as m_status',
  'media.executable as m_executable',
  'media.reason as m_reason',
  'media.retry_at as m_retry_at',
  'media.thumbnail_key as m_thumbnail_key',
  'media.duration_ms as m_duration_ms',
  'media.pages as m_pages',
  'media.shown_key as m_shown_key',
  'media.shown_mime as m_shown_mime',
  'media.shown_size as m_shown_size',
  'media.sealed as m_sealed',
] as const

type Columns = Exclude<keyof ShownMedia, 'tenant_id' | 'filename' | 'blur' | 'waveform' | 'closing'>
type Joined = { tenant_id: string; conversation_id: string; m_sealed: Buffer | null } & { [K in Columns as `m_${K}`]: ShownMedia[K] | null }

/** Media of a row that was selected with `MEDIA_COLUMNS`; `m_id` must not be null. `opener` has read the key of `m_sealed`. */
export const presentJoinedMedia = (ctx: Pick<Context, 'keys'>, tx: TenantTx, opener: Opener, r: Joined): Media =>
  presentMedia(
    ctx,
    {
      ...openFacts(tx, opener, { id: r.m_id ?? '', sealed: r.m_sealed }),
      tenant_id: r.tenant_id,
      id: r.m_id ?? '',
      kind: r.m_kind ?? 'document',
      mime: r.m_mime ?? 'application/octet-stream',
      size: r.m_size,
      voice: r.m_voice ?? false,
      animated: r.m_animated ?? false,
      width: r.m_width,
      height: r.m_height,
      status: r.m_status ?? 'failed',
      executable: r.m_executable ?? false,
      reason: r.m_reason,
      retry_at: r.m_retry_at,
      thumbnail_key: r.m_thumbnail_key,
      duration_ms: r.m_duration_ms,
      pages: r.m_pages,
      shown_key: r.m_shown_key,
      shown_mime: r.m_shown_mime,
      shown_size: r.m_shown_size,
    },
    r.conversation_id,
  )
