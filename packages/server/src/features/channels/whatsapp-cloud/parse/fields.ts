import type { EchoedMessage, Happening } from '../../../messages/inbound.ts'
import { partOf } from './content.ts'
import { echoOf, identityOf, inboundOf, type Place } from './message.ts'
import { digits, id, list, name, num, type Obj, obj, present, str, timeOf } from './read.ts'
import { personOf } from './sender.ts'
import { pricingFactOf, statusOf } from './status.ts'
import type { NumberHere, Understood } from './understood.ts'

const nameless = (kind: string, m: Obj) => `${kind}:${str(m.type, 60) ?? '?'}`

/** An edit or a deletion speaks of another message (Cloud API, edit and revoke webhooks); true when it was one. */
function understandCorrection(m: Obj, place: Place, out: Understood): boolean {
  if (m.type !== 'edit' && m.type !== 'revoke') return false
  const inner = obj(m[m.type])
  const providerId = id(m.id)
  const targetProviderId = id(inner.original_message_id)
  // Without a target it is kept as a message that says so.
  if (!providerId || !targetProviderId) return false
  const base = { channelId: place.channelId, providerId, targetProviderId, at: timeOf(m.timestamp, place.arrived) }
  if (m.type === 'revoke') {
    out.revokes.push(base)
    return true
  }
  const said = obj(inner.message)
  const type = str(said.type, 60) ?? 'unknown'
  const part = partOf(type, said)
  out.edits.push({ ...base, type, body: part?.body ?? str(obj(said[type]).caption), content: {} })
  return true
}

function understandMessage(m: Obj, contacts: readonly Obj[], place: Place, out: Understood): void {
  // Withdrawn in March 2026: it said that a chat was opened, and holds no message (Cloud API, changelog).
  if (m.type === 'request_welcome') return
  if (understandCorrection(m, place, out)) return
  const identity = m.type === 'system' ? identityOf(m, place) : null
  if (identity) {
    out.identities.push(identity)
    return
  }
  const message = inboundOf(m, contacts, place)
  if (message) out.messages.push(message)
  else out.unknown.push(nameless('message', m))
}

/** Key of a line that tells of a payment; the customer is who the entry names. */
function paymentOf(s: Obj, place: Place): Happening | null {
  const who = personOf(s.from ?? s.recipient_id, s.from_user_id ?? s.recipient_user_id, [])
  const key = id(s.id)
  const status = str(s.status, 40)
  if (!who || !key || !status) return null
  const reference = str(obj(s.payment).reference_id, 200)
  const at = timeOf(s.timestamp, place.arrived)
  return {
    channelId: place.channelId,
    key: `payment:${key}:${status}`,
    at,
    who,
    activity: 'payment',
    details: { status, reference },
    final: false,
    opensWindow: false,
    control: null,
  }
}

function understandStatus(s: Obj, place: Place, out: Understood): void {
  const status = statusOf(s, place.channelId, place.arrived)
  if (!status) {
    out.unknown.push(`status:${str(s.status, 40) ?? str(s.type, 40) ?? '?'}`)
    return
  }
  out.statuses.push(status)
  if (status.status.startsWith('other:')) out.unknown.push(`status:${status.status.slice(6)}`)
  const price = pricingFactOf(s, status)
  if (price) out.pricing.push(price)
  const payment = s.type === 'payment' ? paymentOf(s, place) : null
  if (payment) out.happenings.push(payment)
}

/** Field `messages`, and the same lists wherever else they stand. */
export function understandMessages(value: Obj, place: Place, out: Understood): void {
  const contacts = list(value.contacts)
  for (const m of list(value.messages)) understandMessage(m, contacts, place, out)
  for (const s of list(value.statuses)) understandStatus(s, place, out)
}

/** Echoes of the Business app, edits and deletions among them (Cloud API, coexistence). */
export function understandEchoes(value: Obj, place: Place, sentFrom: EchoedMessage['sentFrom'], out: Understood): void {
  const lists = [...list(value.message_echoes), ...list(value.smb_message_echoes)]
  for (const m of lists) {
    if (understandCorrection(m, place, out)) continue
    const echo = echoOf(m, null, place, sentFrom)
    if (echo) out.echoes.push(echo)
    else out.unknown.push(nameless('echo', m))
  }
}

/** What another sender's request looked like, as if it were a message (Cloud API, standby). */
function asEcho(m: Obj): Obj {
  const body = obj(m.message)
  const type = str(body.type, 60) ?? (m.template ? 'template' : 'unknown')
  const text = type === 'interactive' ? str(obj(obj(body.interactive).body).text) : null
  return {
    ...body,
    ...(text ? { type: 'text', text: { body: text } } : { type }),
    id: m.id,
    timestamp: m.timestamp,
    to: body.to,
    recipient: body.recipient,
    sent: m,
  }
}

/** Another agent answers this chat: all that it sees and says comes here (Cloud API, standby). */
export function understandStandby(value: Obj, place: Place, out: Understood): void {
  const inner = { ...obj(value.standby) }
  const passive: Place = { ...place, via: 'standby' }
  understandMessages({ contacts: value.contacts, ...inner }, passive, out)
  understandEchoes({ message_echoes: list(inner.message_echoes).map((m) => (m.message ? asEcho(m) : m)) }, passive, 'other', out)
}

/** Who answers from now on (Cloud API, conversation routing): what was passed is ours, what was taken is not. */
export function understandHandover(value: Obj, place: Place, out: Understood): void {
  const who = personOf(obj(value.sender).phone_number ?? obj(value.sender).phone, obj(value.sender).user_id, [])
  const type = str(value.type, 40)
  if (!who || (type !== 'control_passed' && type !== 'control_taken')) {
    out.unknown.push(`handover:${type ?? '?'}`)
    return
  }
  const passed = obj(value.control_passed ?? value.control_taken)
  const role = str(passed.new_owner_role, 60)
  const at = timeOf(value.timestamp, place.arrived)
  const summary = str(obj(obj(passed.conversation_context).summary).text, 2000)
  const ours = type === 'control_passed' && role !== 'ai_agent'
  out.happenings.push({
    channelId: place.channelId,
    key: `handover:${who.bsuid ?? who.phone}:${Math.trunc(at.getTime() / 1000)}:${type}`,
    at,
    who,
    activity: ours ? 'control_passed' : 'control_taken',
    details: { role, from: str(passed.previous_owner_role, 60), summary, note: str(passed.metadata, 2000) },
    final: false,
    opensWindow: false,
    control: ours ? 'ours' : 'passive',
  })
}

/** The chats of the phone before it was connected: no window, nobody waits, nothing is new (Cloud API, history). */
export function understandHistory(value: Obj, place: Place, number: NumberHere, out: Understood): void {
  const past: Place = { ...place, via: 'history' }
  const one = (m: Obj, other: string | null) => {
    if (understandCorrection(m, past, out)) return
    const from = digits(m.from)
    const ours = other !== null ? from !== null && from !== other : from !== null && from === number.phone
    const message = ours ? echoOf(m, other, past, 'app') : inboundOf(m.from || m.from_user_id ? m : { ...m, from: other }, list(value.contacts), past)
    if (message && 'to' in message) out.echoes.push(message)
    else if (message) out.messages.push(message)
    else out.unknown.push(nameless('history', m))
  }
  for (const m of list(value.messages)) one(m, null)
  for (const chunk of list(value.history)) {
    for (const m of list(chunk.messages)) one(m, null)
    for (const thread of list(chunk.threads)) for (const m of list(thread.messages)) one(m, digits(obj(thread.context).wa_id) ?? digits(thread.id))
  }
}

/** The phone's address book (Cloud API, smb_app_state_sync). Who was removed there stays here. */
export function understandAddressBook(value: Obj, place: Place, out: Understood): void {
  for (const entry of list(value.state_sync)) {
    const contact = obj(entry.contact)
    const phone = digits(contact.phone_number)
    if (entry.type !== 'contact' || !phone) out.unknown.push(`state_sync:${str(entry.type, 60) ?? '?'}`)
    else if (entry.action !== 'remove') out.synced.push({ channelId: place.channelId, phone, name: name(contact.full_name) ?? name(contact.first_name) })
  }
}

/** Calls: one line each, rewritten when the call ends (Cloud API, calling). */
export function understandCalls(value: Obj, place: Place, out: Understood): void {
  for (const c of list(value.calls)) {
    const call = callOf(c, list(value.contacts), place)
    if (call) out.happenings.push(call)
    else out.unknown.push(`call:${str(c.event, 40) ?? '?'}`)
  }
  for (const s of list(value.statuses)) understandStatus(s.type === undefined ? { ...s, type: 'call' } : s, place, out)
}

function callOf(c: Obj, contacts: readonly Obj[], place: Place): Happening | null {
  const ours = c.direction === 'BUSINESS_INITIATED'
  const who = ours ? personOf(c.to, c.to_user_id ?? c.recipient_user_id, contacts) : personOf(c.from, c.from_user_id, contacts)
  const key = id(c.id)
  if (!who || !key) return null
  const ended = c.event === 'terminate'
  const seconds = num(c.duration)
  const taken = ended && c.status !== 'FAILED' && (seconds ?? 0) > 0
  return {
    channelId: place.channelId,
    key: `call:${key}`,
    at: timeOf(c.timestamp, place.arrived),
    who,
    activity: taken ? 'call_answered' : ended ? 'call_missed' : 'call',
    details: { direction: ours ? 'out' : 'in', seconds: seconds === null ? null : String(Math.round(seconds)) },
    final: ended,
    opensWindow: !ours,
    control: null,
  }
}

/** Who stopped or resumed marketing (Cloud API, user_preferences). */
export function understandPreferences(value: Obj, place: Place, out: Understood): void {
  for (const p of list(value.user_preferences)) {
    const who = personOf(p.wa_id, p.user_id, list(value.contacts))
    if (!who || (p.value !== 'stop' && p.value !== 'resume')) out.unknown.push(`preference:${str(p.value, 40) ?? '?'}`)
    else
      out.preferences.push({
        channelId: place.channelId,
        who,
        category: str(p.category, 60) ?? 'marketing_messages',
        value: p.value,
        at: timeOf(p.timestamp, place.arrived),
      })
  }
}

/** Groups: their names are learnt; who came and went changes nothing here yet (Cloud API, groups webhooks). */
export function understandGroups(value: Obj, out: Understood): void {
  for (const g of list(value.groups)) {
    const groupId = id(g.group_id)
    const subject = name(g.subject) ?? name(obj(g.subject).text) ?? name(obj(g.group_subject).text)
    if (groupId && subject) out.groups.push({ groupId, name: subject })
  }
}

/** The emulator tells when its customer types; Meta has no such webhook. */
export function understandTyping(value: Obj, channelId: string, out: Understood): void {
  const typing = obj(value.typing)
  const phone = digits(typing.from)
  if (phone && (typing.state === 'start' || typing.state === 'stop')) out.typing.push({ channelId, phone, state: typing.state })
}

/** How far a synchronisation of the phone's chats has come, or why it was refused; without the chats themselves. */
export function historyProgressOf(value: Obj): Obj | null {
  const chunks = list(value.history).map((h) => present({ metadata: h.metadata, errors: h.errors }))
  const told = chunks.filter((c) => Object.keys(c).length > 0)
  return told.length > 0 ? { history: told } : null
}
