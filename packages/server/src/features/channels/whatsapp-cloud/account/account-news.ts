import type { Updateable } from 'kysely'
import type { DB } from '../../../../platform/schema.ts'
import type { NewNotice, NoticeCode } from '../../../notices/notices.ts'

/** What a change says of a number, in the words of the table. */
export type ChannelFacts = Pick<
  Updateable<DB['channels']>,
  | 'quality_rating'
  | 'throughput'
  | 'number_status'
  | 'messaging_limit'
  | 'max_numbers'
  | 'name_status'
  | 'requested_name'
  | 'username'
  | 'review_status'
  | 'registered'
  | 'pin_enabled'
  | 'coexistence_since'
  | 'sync_progress'
  | 'sync_error'
  | 'webhook_subscribed'
>
export type NewRestriction = { kind: string; until: Date | null; remediation: string | null }
/** `about` tells notices of one code apart, for example two restrictions. */
export type NoticeDraft = { code: NoticeCode; severity: NewNotice['severity']; details: Record<string, string>; about?: string }

/** One thing that a change says. Only the newest word about a topic counts, whatever the order of arrival. */
export type NewsPart = {
  topic: string
  facts?: ChannelFacts
  restrict?: NewRestriction[]
  /** Kinds of restrictions that ended. */
  lift?: string[]
  raise?: NoticeDraft[]
  settle?: { code: NoticeCode; about?: string }[]
}
export type AccountNews = {
  /** For people, in the diary of the channel. */
  title: string
  event: string | null
  /** False: kept with its name, and listed as not understood. */
  understood: boolean
  parts: NewsPart[]
  /** The change says that something is new, but not all of it: ask Meta. */
  recheck?: boolean
  /** What to keep instead of the value, where it names customers. */
  keep?: unknown
}

type Extra = Partial<Omit<AccountNews, 'title' | 'parts'>>
export const news = (title: string, parts: NewsPart[] = [], extra: Extra = {}): AccountNews => ({ event: null, understood: true, ...extra, title, parts })
