import type { Context } from '../../../platform/context.ts'
import type { TenantTx } from '../../../platform/database.ts'
import { publish } from '../../../platform/events.ts'
import { canonicalPhone } from '../../contacts/phone.ts'
import type { AccountChange } from '../../messages/inbound.ts'
import { type NewNotice, type NoticeCode, raiseNotices, settleNotices } from '../../notices/notices.ts'
import { applyTemplateChanges, type TemplateNews } from '../../templates/apply-template-changes.ts'
import { wordReason } from '../../templates/template-reasons.ts'
import { checkChannelJob } from '../channels.jobs.ts'
import * as db from './account/account.db.ts'
import { readAccountField, TEMPLATE_FIELDS } from './account/account-fields.ts'
import type { AccountNews, NewsPart } from './account/account-news.ts'
import { type ChannelNow, ChannelState, NoticeBook } from './account/account-state.ts'
import { digitsOf, list as listOf, obj } from './account/read-value.ts'

const MAX_VALUE = 16_384

/** Text that a jsonb column takes, whatever came: no NUL, no lone surrogate, not endless. */
function storable(value: unknown): string {
  const clean = (v: unknown): unknown => {
    if (typeof v === 'string') return v.replaceAll('\u0000', '').toWellFormed()
    if (Array.isArray(v)) return v.map(clean)
    return typeof v === 'object' && v !== null ? Object.fromEntries(Object.entries(v).map(([k, x]) => [clean(k), clean(x)])) : v
  }
  try {
    const text = JSON.stringify(clean(value)) ?? 'null'
    return text.length <= MAX_VALUE ? text : JSON.stringify({ size: text.length })
  } catch {
    // Nested deeper than the stack: the delivery itself is kept whole.
    return JSON.stringify({ size: null })
  }
}

/** The number that a change speaks of: by Meta's id, or as people write it. Undefined: the whole account's. */
function namedNumber(change: AccountChange): { id: string | null; digits: string | null } | undefined {
  const { value } = change
  const settings = obj(listOf(value.phone_number_settings)[0])
  const id = change.phoneNumberId ?? (value.entity_type === 'PHONE_NUMBER' && value.entity_id ? String(value.entity_id) : null)
  const digits = digitsOf(value.display_phone_number) ?? digitsOf(value.phone_number) ?? digitsOf(settings.display_phone_number)
  return id || digits ? { id, digits } : undefined
}

type Target = { scope: 'number' | 'account'; channels: ChannelNow[] }

/** Whose change it is. A number that is not connected here is nobody's; its line is kept all the same. */
function findTarget(change: AccountChange, channels: readonly ChannelNow[]): Target {
  const ofAccount = channels.filter((c) => c.waba_id === change.wabaId)
  const named = namedNumber(change)
  if (!named) return { scope: 'account', channels: ofAccount }
  const byId = channels.find((c) => c.phone_number_id === named.id)
  const digits = named.digits === null ? null : canonicalPhone(named.digits)
  const byDigits = (c: ChannelNow) => digits !== null && c.display_phone_number !== null && canonicalPhone(c.display_phone_number) === digits
  const [only, ...others] = ofAccount
  // A number whose spelling we never learnt, alone in its account, is the one.
  const unspelt = only && others.length === 0 && only.display_phone_number === null && named.id === null ? only : undefined
  const found = byId ?? ofAccount.find(byDigits) ?? unspelt
  return { scope: 'number', channels: found ? [found] : [] }
}

type Read = { change: AccountChange; said: AccountNews; target: Target }

function applyPart(part: NewsPart, { change, target }: Read, states: ReadonlyMap<string, ChannelState>, book: NoticeBook): void {
  const mine = target.channels.flatMap((c) => states.get(c.id) ?? [])
  const told = mine.filter((state) => state.apply(part, change.at))
  const [first, ...others] = told
  // An older word changes nothing, and wakes nobody.
  if (!first) return
  const scope = target.scope === 'number' ? first.channel.id : (change.wabaId ?? first.channel.id)
  const channelId = others.length === 0 ? first.channel.id : null
  const number: Record<string, string> = target.scope === 'number' ? { number: first.number } : {}
  for (const { code, about } of part.settle ?? []) book.settle(code, scope, about)
  for (const { about, details, ...draft } of part.raise ?? []) book.raise({ ...draft, channelId, details: { ...number, ...details } }, scope, about)
}

const TEMPLATE_NOTICES: Record<Exclude<TemplateNews['code'], 'approved'>, Pick<NewNotice, 'severity'> & { code: NoticeCode }> = {
  rejected: { code: 'template_rejected', severity: 'warning' },
  paused: { code: 'template_paused', severity: 'warning' },
  disabled: { code: 'template_disabled', severity: 'critical' },
  flagged: { code: 'template_flagged', severity: 'warning' },
  category: { code: 'template_category', severity: 'warning' },
  quality: { code: 'template_quality', severity: 'warning' },
}

function tellTemplates(list: readonly TemplateNews[], book: NoticeBook): void {
  for (const { templateId, name, code, details } of list) {
    if (code === 'approved') {
      for (const old of ['rejected', 'paused', 'disabled', 'flagged', 'quality'] as const) book.settle(TEMPLATE_NOTICES[old].code, templateId)
    } else
      book.raise(
        { ...TEMPLATE_NOTICES[code], channelId: null, details: { templateId, name, ...(details ? { reason: wordReason(details) ?? details } : {}) } },
        templateId,
      )
  }
}

const rowOf = ({ change, said, target }: Read): db.EventRow => ({
  channelId: target.scope === 'number' ? (target.channels[0]?.id ?? null) : null,
  wabaId: change.wabaId,
  field: change.field.slice(0, 100),
  event: said.event,
  title: said.title.slice(0, 300),
  understood: said.understood,
  value: storable(said.keep ?? change.value),
  hash: change.hash,
  at: change.at,
})

const nameOf = ({ change, said }: Read) => (said.event ? `${change.field}:${said.event}` : `field:${change.field}`)

/**
 * Account fields: each changes the state it speaks of and is told to the admins where somebody must act, once. They carry no order
 * of their own; the time of each decides, and an older one overwrites nothing. Answers the names of those that were not understood
 * (kept all the same).
 */
export async function applyAccountChanges(ctx: Context, tx: TenantTx, tenantId: string, list: readonly AccountChange[]): Promise<string[]> {
  if (list.length === 0) return []
  const once = [...new Map([...list].reverse().map((c) => [c.hash, c])).values()].reverse()
  const channels = await db.lockChannels(tx)
  const read = once
    .sort((a, b) => a.at.getTime() - b.at.getTime())
    .map((change): Read => ({ change, said: readAccountField(change.field, change.value), target: findTarget(change, channels) }))
  const fresh = await db.saveEvents(tx, tenantId, read.map(rowOf))
  const news = read.filter(({ change }) => fresh.has(change.hash))
  const states = new Map(channels.map((c) => [c.id, new ChannelState(c)]))
  const book = new NoticeBook()
  for (const one of news) for (const part of one.said.parts) applyPart(part, one, states, book)
  const templates = news.flatMap(({ change }) => (TEMPLATE_FIELDS.has(change.field) ? [change] : []))
  if (templates.length > 0) tellTemplates(await applyTemplateChanges(tx, tenantId, templates, ctx), book)
  for (const state of states.values()) {
    state.limitNotice(book)
    if (state.touched) await db.saveState(tx, tenantId, state)
  }
  await settleNotices(tx, tenantId, book.settled())
  await raiseNotices(tx, tenantId, book.raised())
  const ask = new Set(news.flatMap(({ said, target }) => (said.recheck ? target.channels.map((c) => c.id) : [])))
  for (const channelId of ask) await ctx.jobs.send(tx, checkChannelJob, { tenantId, channelId })
  if (news.length > 0) await publish(tx, tenantId, [{ kind: 'list.changed', payload: { list: 'channels' } }])
  return read.filter(({ said }) => !said.understood).map(nameOf)
}
