import type { Media } from '@atende/contracts/media'
import { Direction, type Message, MessageError, MessageStatus, type Referral } from '@atende/contracts/messages'
import { z } from 'zod'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { CLOSED, type Opened, openWords, previewOf, shownType, type Words } from '../../platform/vault/sealed-words.ts'
import { openerFor } from '../../platform/vault/vault.ts'
import { BROKEN, type OpenedPerson, openPeople } from '../contacts/sealed-person.ts'
import { findShownMedia } from '../media/media.ts'
import { presentJoinedMedia, presentMedia } from '../media/present-media.ts'
import * as db from './messages.db.ts'
import { contentOf, type Files, filesIn } from './present-content.ts'

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
const SentFrom = z.enum(['app', 'other', 'api'])
const NOTHING_SAID: Words = { body: null, content: {}, earlier: [] }

/** Only our own words for statuses; what else was told about a message (payments, calls) stands in lines of its own. */
function statusTimes(r: db.MessageRow): Record<string, string> {
  const { accepted, ...times } = Object.fromEntries(Object.entries(r.status_times).map(([k, v]) => [k, new Date(v).toISOString()]))
  const known = Object.fromEntries(Object.entries(times).filter(([k]) => MessageStatus.safeParse(k).success))
  return accepted && !known.sent ? { ...known, sent: accepted } : known
}

function quotedOf(r: db.MessageRow, said: Opened | undefined): Message['quoted'] {
  if (r.type === 'reaction' || (!r.quoted_id && !r.quoted_provider_id)) return null
  const type = r.quoted_type ? shownType(r.quoted_type, said) : 'unknown'
  return {
    id: r.quoted_type ? r.quoted_id : null,
    direction: r.quoted_direction ? Direction.parse(r.quoted_direction) : null,
    preview: r.quoted_revoked_at ? '' : previewOf(said),
    type: r.quoted_revoked_at ? 'revoked' : type,
  }
}

function referralOf(content: Record<string, unknown>, files: Files): z.infer<typeof Referral> | null {
  const stored = StoredReferral.safeParse(content.referral).data
  if (!stored) return null
  const { pictureId, ...referral } = stored
  return { ...referral, picture: (pictureId && files.get(pictureId)) || null }
}

type Emojis = ReadonlyMap<string, Opened>
function reactionsOf(r: db.MessageRow, emojis: Emojis): Message['reactions'] {
  return Object.entries(r.reactions ?? {}).flatMap(([by, v]) => {
    const reaction = emojis.get(v.id)
    const emoji = reaction?.state === 'open' ? reaction.content.emoji : ''
    return typeof emoji === 'string' && emoji !== '' ? [{ emoji, by: by === 'us' ? ('us' as const) : ('contact' as const), userId: v.userId }] : []
  })
}

type Parts = { said: Opened; quoted: Opened | undefined; media: Media | null; files: Files; emojis: Emojis; author: OpenedPerson }
function present(r: db.MessageRow, { said, quoted, media, files, emojis, author }: Parts): Message {
  const { body, content, earlier } = said.state === 'open' ? said : NOTHING_SAID
  return {
    id: r.id,
    conversationId: r.conversation_id,
    direction: Direction.parse(r.direction),
    content: said.state === 'open' ? contentOf({ type: r.type, body, content, media }, files) : { type: CLOSED[said.state] },
    status: MessageStatus.parse(r.status),
    at: r.at.toISOString(),
    statusTimes: statusTimes(r),
    clientId: r.client_id,
    sender: r.sender_user_id ? { id: r.sender_user_id, name: r.sender_name ?? '' } : null,
    error: r.error ? MessageError.parse(r.error) : null,
    quoted: quotedOf(r, quoted),
    reactions: reactionsOf(r, emojis),
    forwarded: content.forwarded === true,
    forwardedOften: content.forwardedOften === true,
    author: r.author_contact_id ? { contactId: r.author_contact_id, name: author.name } : null,
    sentFrom: SentFrom.safeParse(r.sent_from).data ?? null,
    editedAt: r.edited_at?.toISOString() ?? null,
    earlierTexts: earlier.map((e) => ({ text: e.text, until: new Date(e.until).toISOString() })),
    revokedAt: r.revoked_at?.toISOString() ?? null,
    referral: referralOf(content, files),
    product: Product.safeParse(content.product).data ?? null,
    pricing: Pricing.safeParse(r.pricing).data ?? null,
  }
}

const reactionIds = (rows: readonly db.MessageRow[]) => rows.flatMap((r) => Object.values(r.reactions ?? {}).flatMap((v) => v.id ?? []))

/** Rows as the contract has them; the reactions and the files inside of them in one query each, as are the keys of all. */
export async function presentRows(ctx: Context, tx: TenantTx, rows: readonly db.MessageRow[]): Promise<Message[]> {
  const reactions = await db.findReactions(tx, reactionIds(rows))
  const opener = await openerFor(tx, [...rows.flatMap((r) => [r.sealed, r.quoted_sealed, r.m_sealed, r.author_sealed]), ...reactions.map((r) => r.sealed)])
  const emojis: Emojis = new Map(reactions.map((r) => [r.id, openWords(tx, opener, r.id, r.sealed)]))
  const said = new Map(rows.map((r) => [r.id, openWords(tx, opener, r.id, r.sealed)]))
  const inside = [...said.values()].flatMap((s) => (s.state === 'open' ? filesIn(s.content) : []))
  const shown = await findShownMedia(tx, [...new Set(inside)])
  const filesOf = (conversationId: string): Files => new Map(shown.map((m) => [m.id, presentMedia(ctx, m, conversationId)]))
  const files = new Map([...new Set(rows.map((r) => r.conversation_id))].map((id) => [id, shown.length > 0 ? filesOf(id) : new Map()]))
  const authors = await openPeople(
    tx,
    rows.flatMap((r) => (r.author_contact_id ? [{ id: r.author_contact_id, sealed: r.author_sealed }] : [])),
  )
  return rows.map((r) =>
    present(r, {
      said: said.get(r.id) ?? { state: 'erased' },
      quoted: r.quoted_id && r.quoted_type ? openWords(tx, opener, r.quoted_id, r.quoted_sealed) : undefined,
      media: r.m_id ? presentJoinedMedia(ctx, tx, opener, r) : null,
      files: files.get(r.conversation_id) ?? new Map(),
      emojis,
      author: authors.get(r.author_contact_id ?? '') ?? BROKEN,
    }),
  )
}
