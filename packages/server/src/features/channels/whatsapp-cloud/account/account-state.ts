import type { NewNotice, NoticeCode } from '../../../notices/notices.ts'
import type { ChannelFacts, NewRestriction, NewsPart } from './account-news.ts'
import { sayLimit } from './read-value.ts'

/** What applying needs of a channel. */
export type ChannelNow = {
  id: string
  waba_id: string
  phone_number_id: string
  name: string
  display_phone_number: string | null
  messaging_limit: number | null
  facts_at: Record<string, string>
}
type Change = { facts: ChannelFacts; restrict: (NewRestriction & { at: Date })[]; lift: string[] }

const MONTH_MS = 30 * 24 * 3600_000

/** A channel while changes are applied to it: the newest word about each topic and each column wins, in whatever order they came. */
export class ChannelState {
  readonly channel: ChannelNow
  readonly change: Change = { facts: {}, restrict: [], lift: [] }
  readonly #factsAt: Record<string, string>
  touched = false

  constructor(channel: ChannelNow) {
    this.channel = channel
    this.#factsAt = { ...channel.facts_at }
  }

  #newest(key: string, at: Date): boolean {
    const known = this.#factsAt[key]
    if (known !== undefined && Date.parse(known) > at.getTime()) return false
    this.#factsAt[key] = at.toISOString()
    this.touched = true
    return true
  }

  /** Answers whether this is the newest word about its topic. */
  apply(part: NewsPart, at: Date): boolean {
    for (const [column, value] of Object.entries(part.facts ?? {})) {
      if (this.#newest(column, at)) Object.assign(this.change.facts, { [column]: value })
    }
    if (!this.#newest(`about ${part.topic}`, at)) return false
    const lifted = new Set(part.lift ?? [])
    this.change.lift.push(...lifted)
    this.change.restrict = [...this.change.restrict.filter((r) => !lifted.has(r.kind)), ...(part.restrict ?? []).map((r) => ({ ...r, at }))]
    return true
  }

  /** For the table. What nobody spoke of for a month is forgotten: no delivery comes that late. */
  factsAt(): Record<string, string> {
    const since = Date.now() - MONTH_MS
    return Object.fromEntries(Object.entries(this.#factsAt).filter(([key, at]) => !key.startsWith('about ') || Date.parse(at) > since))
  }

  /** How people know the number. */
  get number(): string {
    return this.channel.display_phone_number ?? this.channel.name
  }

  /** Fewer people per day than before is worth telling; more settles it. */
  limitNotice(book: NoticeBook): void {
    const [before, after] = [this.channel.messaging_limit, this.change.facts.messaging_limit]
    if (after === undefined || after === null || before === null || before === after) return
    const lower = after >= 0 && (before < 0 || after < before)
    const { id } = this.channel
    if (!lower) book.settle('limit_lowered', id)
    else book.raise({ code: 'limit_lowered', severity: 'warning', channelId: id, details: { number: this.number, limit: sayLimit(after) } }, id)
  }
}

/** Collects notices; the last word about a key counts. */
export class NoticeBook {
  readonly #words = new Map<string, NewNotice | null>()
  static key = (code: NoticeCode, scope: string, about?: string): string => [code, scope, ...(about ? [about] : [])].join(':').slice(0, 300)

  raise(notice: Omit<NewNotice, 'key'>, scope: string, about?: string): void {
    const key = NoticeBook.key(notice.code, scope, about)
    this.#words.set(key, { ...notice, key })
  }
  settle(code: NoticeCode, scope: string, about?: string): void {
    this.#words.set(NoticeBook.key(code, scope, about), null)
  }
  raised(): NewNotice[] {
    return [...this.#words.values()].filter((n) => n !== null)
  }
  settled(): string[] {
    return [...this.#words].flatMap(([key, n]) => (n === null ? [key] : []))
  }
}
