import { Direction, type Message, MessageError, MessageStatus, type Referral } from '@atende/contracts/messages'
import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { BROKEN, type OpenedPerson, openPeople } from '../contacts/sealed-person.ts'
import { presentMedia } from '../media/present-media.ts'
import * as db from './messages.db.ts'
import { contentOf, type Files, filesIn } from './present-content.ts'

const PREVIEW = 160
const text = z.string().nullable().catch(null)
const StoredReferral = z.object({
  source: z.enum(['ad', 'post', 'other']).catch('other'),
  headline: text,
  body: text,
  url: text,
  sourceId: text,
  clickId: text,
  welcome: text,
  pictureId: z.string().nullish().catch(null),
})
const Product = z.object({ catalogId: z.string(), productId: z.string() })
const Pricing = z.object({ category: z.string(), type: z.string() })
const SentFrom = z.enum(['app', 'other'])

/** Only our own words for statuses; what else was told about a message (payments, calls) stands in lines of its own. */
function statusTimes(r: db.MessageRow): Record<string, string> {
  const { accepted, ...times } = Object.fromEntries(Object.entries(r.status_times).map(([k, v]) => [k, new Date(v).toISOString()]))
  const known = Object.fromEntries(Object.entries(times).filter(([k]) => MessageStatus.safeParse(k).success))
  return accepted && !known.sent ? { ...known, sent: accepted } : known
}

function quotedOf(r: db.MessageRow): Message['quoted'] {
  if (r.type === 'reaction' || (!r.quoted_id && !r.quoted_provider_id)) return null
  return {
    id: r.quoted_type ? r.quoted_id : null,
    direction: r.quoted_direction ? Direction.parse(r.quoted_direction) : null,
    preview: r.quoted_revoked_at ? '' : (r.quoted_body ?? '').slice(0, PREVIEW),
    type: r.quoted_revoked_at ? 'revoked' : (r.quoted_type ?? 'unknown'),
  }
}

function referralOf(content: Record<string, unknown>, files: Files): z.infer<typeof Referral> | null {
  const stored = StoredReferral.safeParse(content.referral).data
  if (!stored) return null
  const { pictureId, ...referral } = stored
  return { ...referral, picture: (pictureId && files.get(pictureId)) || null }
}

type Authors = ReadonlyMap<string, OpenedPerson>

function present(ctx: Context, r: db.MessageRow, files: Files, authors: Authors): Message {
  const reactions = Object.entries(r.reactions ?? {}).filter(([, v]) => v.emoji !== '')
  return {
    id: r.id,
    conversationId: r.conversation_id,
    direction: Direction.parse(r.direction),
    content: contentOf(ctx, r, files),
    status: MessageStatus.parse(r.status),
    at: r.at.toISOString(),
    statusTimes: statusTimes(r),
    clientId: r.client_id,
    sender: r.sender_user_id ? { id: r.sender_user_id, name: r.sender_name ?? '' } : null,
    error: r.error ? MessageError.parse(r.error) : null,
    quoted: quotedOf(r),
    reactions: reactions.map(([by, v]) => ({ emoji: v.emoji, by: by === 'us' ? ('us' as const) : ('contact' as const), userId: v.userId })),
    forwarded: r.content.forwarded === true,
    forwardedOften: r.content.forwardedOften === true,
    author: r.author_contact_id ? { contactId: r.author_contact_id, name: (authors.get(r.author_contact_id) ?? BROKEN).name } : null,
    sentFrom: SentFrom.safeParse(r.sent_from).data ?? null,
    editedAt: r.edited_at?.toISOString() ?? null,
    earlierTexts: (r.earlier_texts ?? []).map((e) => ({ text: e.text, until: new Date(e.until).toISOString() })),
    revokedAt: r.revoked_at?.toISOString() ?? null,
    referral: referralOf(r.content, files),
    product: Product.safeParse(r.content.product).data ?? null,
    pricing: Pricing.safeParse(r.pricing).data ?? null,
  }
}

/** Rows as the contract has them, with the files inside of them in one query. */
export async function presentRows(ctx: Context, tx: TenantTx, rows: readonly db.MessageRow[]): Promise<Message[]> {
  const ids = [...new Set(rows.flatMap((r) => filesIn(r.content)))]
  const files: Files = new Map((await db.findMedia(tx, ids)).map((m) => [m.id, presentMedia(ctx, m)]))
  const authors = await openPeople(
    tx,
    rows.flatMap((r) => (r.author_contact_id ? [{ id: r.author_contact_id, sealed: r.author_sealed }] : [])),
  )
  return rows.map((r) => present(ctx, r, files, authors))
}
