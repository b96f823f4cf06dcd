import * as fields from './parse/fields.ts'
import type { Place } from './parse/message.ts'
import { hashOf, id, keepable, list, type Obj, obj, str, timeOf } from './parse/read.ts'
import { type NumberHere, type Numbers, nothingUnderstood, type Understood } from './parse/understood.ts'

export type { Numbers, Understood } from './parse/understood.ts'

type Reader = (value: Obj, place: Place, out: Understood, number: NumberHere) => void
/** Fields that speak of messages and people of one number. Every other field is the account's. */
const READERS: Record<string, Reader> = {
  messages: fields.understandMessages,
  smb_message_echoes: (value, place, out) => fields.understandEchoes(value, place, 'app', out),
  message_echoes: (value, place, out) => fields.understandEchoes(value, place, 'other', out),
  standby: fields.understandStandby,
  messaging_handovers: fields.understandHandover,
  history: (value, place, out, number) => fields.understandHistory(value, place, number, out),
  smb_app_state_sync: fields.understandAddressBook,
  calls: fields.understandCalls,
  user_preferences: fields.understandPreferences,
  group_lifecycle_update: (value, _place, out) => fields.understandGroups(value, out),
  group_participants_update: (value, _place, out) => fields.understandGroups(value, out),
  group_settings_update: (value, _place, out) => fields.understandGroups(value, out),
  group_status_update: (value, _place, out) => fields.understandGroups(value, out),
  emulator_typing: (value, place, out) => fields.understandTyping(value, place.channelId, out),
}

/** Where the number stands differs: beside the list, inside of `standby`, or as the recipient of a hand-over. */
function numberOf(value: Obj, wabaId: string, numbers: Numbers): NumberHere | undefined {
  const named = [value.metadata, obj(value.standby).metadata, value.recipient].map((m) => id(obj(m).phone_number_id)).find((n) => n !== null)
  return named ? numbers.byId(named) : numbers.onlyOf(wabaId)
}

/** A repeated delivery carries its time again; the same words at another time are another change. */
function keepAccountChange(
  field: string,
  value: Obj,
  at: { wabaId: string | null; phoneNumberId: string | null; time: Date; stamp: string | null },
  out: Understood,
): void {
  const kept = keepable(value)
  out.account.push({ field, wabaId: at.wabaId, phoneNumberId: at.phoneNumberId, value: kept, hash: hashOf(field, kept, at.wabaId, at.stamp), at: at.time })
}

function understandChange(change: Obj, entry: Obj, numbers: Numbers, arrived: Date, out: Understood): void {
  const value = obj(change.value)
  const field = str(change.field, 80) ?? '?'
  const wabaId = id(entry.id)
  const read = Object.hasOwn(READERS, field) ? READERS[field] : undefined
  const number = numberOf(value, wabaId ?? '', numbers)
  const phoneNumberId = id(obj(value.metadata).phone_number_id)
  const at = { wabaId, phoneNumberId, time: timeOf(entry.time, arrived), stamp: str(entry.time, 40) }
  if (!read) {
    keepAccountChange(field, value, at, out)
    return
  }
  if (!number) {
    out.unknown.push('number:unknown')
    return
  }
  read(value, { channelId: number.id, arrived, via: 'live', graphOrigin: number.graphOrigin }, out, number)
  // Failures of the number or the account that belong to no message (Cloud API, errors).
  for (const error of list(value.errors)) keepAccountChange('errors', error, at, out)
  const progress = field === 'history' ? fields.historyProgressOf(value) : null
  if (progress) keepAccountChange('history', progress, at, out)
  if (list(value.user_actions).length > 0) out.unknown.push('value:user_actions')
}

/**
 * Understands every part of every change of every entry. Pure; never throws: what it does not know it names.
 * @param numbers our channels; changes for other numbers are named unknown
 * @param arrived stands in for a time that is missing or makes no sense
 */
export function parseWebhook(raw: Buffer, numbers: Numbers, arrived: Date): Understood {
  const out = nothingUnderstood()
  let body: unknown
  try {
    body = JSON.parse(raw.toString('utf8'))
  } catch {
    out.unknown.push('body:not_json')
    return out
  }
  const entries = list(obj(body).entry)
  if (entries.length === 0) out.unknown.push('body:no_entry')
  for (const entry of entries) {
    const changes = list(entry.changes)
    if (changes.length === 0) out.unknown.push('entry:no_changes')
    for (const change of changes) understandChange(change, entry, numbers, arrived, out)
  }
  return out
}
