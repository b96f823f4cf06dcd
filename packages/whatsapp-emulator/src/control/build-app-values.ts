import { createMessageId, createObjectId, keepDigits } from '../create-identifiers.ts'
import type { BusinessNumber } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'
import { buildMetadata, toSeconds } from '../webhooks/build-webhook-values.ts'

const HOUR = 3600_000
const DAY = 24 * HOUR

/** The identifiers of a customer that the scenario lets a webhook show. */
export interface ShownIds {
  phone?: string
  userId?: string
}

/** `messaging_product` and `metadata`, which stand first in every message-class value. */
export function headOf(number: BusinessNumber): JsonObject {
  return { messaging_product: 'whatsapp', metadata: buildMetadata(number) }
}

/** `smb_app_state_sync`: contacts of the Business app (Cloud API, coexistence). */
export function buildAppContacts(
  number: BusinessNumber,
  contacts: { full_name: string; phone_number: string }[],
  action: 'add' | 'remove',
  now: number,
): JsonObject {
  return {
    ...headOf(number),
    state_sync: contacts.map(({ full_name, phone_number }) => ({
      type: 'contact',
      contact: { ...(action === 'add' ? { full_name, first_name: full_name.split(' ')[0] } : {}), phone_number: keepDigits(phone_number) },
      action,
      metadata: { timestamp: toSeconds(now) },
    })),
  }
}

/** `history` when the person did not share it. */
export function buildHistoryRefusal(number: BusinessNumber): JsonObject {
  const details = 'History sharing is turned off by the business from the WhatsApp Business App'
  return { ...headOf(number), history: [{ errors: [{ code: 2593109, title: 'History sync error', message: details, error_data: { details } }] }] }
}

interface HistoryTalk {
  hoursAgo: number
  mine: boolean
  text: string
}

const TALKS: Record<0 | 1 | 2, HistoryTalk[]> = {
  0: [
    { hoursAgo: 7, mine: false, text: 'Bom dia! Meu voo atrasou, chego só à noite. Tudo bem?' },
    { hoursAgo: 6.5, mine: true, text: 'Bom dia! Tudo certo, a recepção fica aberta até as 23h.' },
  ],
  1: [
    { hoursAgo: 30 * 24, mine: false, text: 'Vocês aceitam parcelar em três vezes?' },
    { hoursAgo: 30 * 24 - 1, mine: true, text: 'Sim, em até três vezes sem juros.' },
  ],
  2: [
    { hoursAgo: 120 * 24, mine: false, text: 'Oi, vi o perfil de vocês. Quais são os preços no inverno?' },
    { hoursAgo: 120 * 24 - 2, mine: true, text: 'Olá! De junho a agosto a diária do casal é R$ 320.' },
  ],
}

/** One chunk of `history`: phase 0 is the first day, 1 goes to day 90, 2 to day 180 (Cloud API, coexistence). */
export function buildHistoryPhase(number: BusinessNumber, people: string[], phase: 0 | 1 | 2, progress: number, now: number): JsonObject {
  const own = keepDigits(number.displayPhoneNumber)
  const threads = people.map((waId, index) => ({
    id: waId,
    messages: [
      ...TALKS[phase].map(({ hoursAgo, mine, text }) => ({
        from: mine ? own : waId,
        ...(mine ? { to: waId } : {}),
        id: createMessageId(waId, mine ? 'outbound' : 'inbound'),
        timestamp: toSeconds(now - hoursAgo * HOUR - index * 60_000),
        type: 'text',
        text: { body: text },
        history_context: { status: mine ? 'DELIVERED' : 'READ' },
      })),
    ],
  }))
  return { ...headOf(number), history: [{ metadata: { phase, chunk_order: 1, progress }, threads }] }
}

/** A file of the history: first a placeholder in its thread, then a webhook of its own with the media (Cloud API, coexistence). */
export function buildHistoryMedia(number: BusinessNumber, waId: string, image: JsonObject, now: number): { placeholder: JsonObject; media: JsonObject } {
  const base = { from: waId, id: createMessageId(waId, 'inbound'), timestamp: toSeconds(now - 2 * DAY) }
  const thread = { id: waId, messages: [{ ...base, type: 'media_placeholder', history_context: { status: 'READ' } }] }
  return {
    placeholder: { ...headOf(number), history: [{ metadata: { phase: 1, chunk_order: 2, progress: 60 }, threads: [thread] }] },
    media: { ...headOf(number), messages: [{ ...base, type: 'image', image }] },
  }
}

/** `messaging_handovers`: no metadata, the parties stand as sender and recipient (Cloud API, conversation routing). */
export function buildHandover(number: BusinessNumber, customer: ShownIds, input: { from: string; to: string; summary?: string; now: number }): JsonObject {
  const { from, to, summary, now } = input
  const context = summary ? { conversation_context: { type: 'summary', summary: { text: summary } } } : {}
  return {
    messaging_product: 'whatsapp',
    sender: { ...(customer.phone ? { phone_number: customer.phone } : {}), ...(customer.userId ? { user_id: customer.userId } : {}) },
    recipient: { phone_number_id: number.phoneNumberId, display_phone_number: keepDigits(number.displayPhoneNumber) },
    type: 'control_passed',
    timestamp: toSeconds(now),
    control_passed: { previous_owner_role: from, new_owner_role: to, metadata: '', ...context },
  }
}

/** `standby` for what the agent wrote: the body as it was sent (Cloud API, standby). */
export function buildAgentEcho(number: BusinessNumber, customer: ShownIds, id: string, body: JsonObject, now: number): JsonObject {
  const to = customer.phone ? { to: customer.phone } : { recipient: customer.userId }
  const message: JsonObject = { messaging_product: 'whatsapp', recipient_type: 'individual', ...to, ...body }
  return { ...headOf(number), standby: { message_echoes: [{ id, timestamp: toSeconds(now), message }] } }
}

/** `value.statuses[]` of a payment for an order (Cloud API, message statuses). */
export function buildPayment(number: BusinessNumber, customer: ShownIds, messageId: string, status: string, referenceId: string, now: number): JsonObject {
  return {
    ...headOf(number),
    statuses: [
      {
        id: messageId,
        ...(customer.phone ? { from: customer.phone } : {}),
        ...(customer.userId ? { from_user_id: customer.userId } : {}),
        type: 'payment',
        status,
        payment: { reference_id: referenceId, amount: { value: 32000, offset: 100 }, currency: 'BRL' },
        timestamp: toSeconds(now),
      },
    ],
  }
}

const SDP =
  'v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\nm=audio 9 UDP/TLS/RTP/SAVPF 111\r\na=rtpmap:111 opus/48000/2\r\n'

/** Field `calls`: a call's beginning and end, or the status of one the business started (Cloud API, calling). */
export function buildCall(
  number: BusinessNumber,
  customer: ShownIds,
  input: { id: string; event: 'connect' | 'terminate' | 'ringing' | 'accepted' | 'rejected'; direction: string; status: string; seconds: number; now: number },
): JsonObject {
  const { id, event, direction, now } = input
  const own = keepDigits(number.displayPhoneNumber)
  const parties =
    direction === 'USER_INITIATED'
      ? { ...(customer.phone ? { from: customer.phone } : {}), ...(customer.userId ? { from_user_id: customer.userId } : {}), to: own }
      : { from: own, ...(customer.phone ? { to: customer.phone } : {}), ...(customer.userId ? { to_user_id: customer.userId } : {}) }
  if (event !== 'connect' && event !== 'terminate') {
    const recipient = { ...(customer.phone ? { recipient_id: customer.phone } : {}), ...(customer.userId ? { recipient_user_id: customer.userId } : {}) }
    return { ...headOf(number), statuses: [{ id, type: 'call', status: event.toUpperCase(), timestamp: toSeconds(now), ...recipient }] }
  }
  const base = { id, ...parties, event, timestamp: toSeconds(now), direction }
  const answered = input.status === 'COMPLETED'
  const end = answered ? { start_time: toSeconds(now - input.seconds * 1000), end_time: toSeconds(now), duration: input.seconds } : {}
  const call =
    event === 'connect'
      ? { ...base, session: { sdp_type: direction === 'USER_INITIATED' ? 'offer' : 'answer', sdp: SDP } }
      : { ...base, status: input.status, ...end }
  return { ...headOf(number), calls: [call] }
}

/** A call id. */
export function createCallId(): string {
  return `wacid.${Buffer.from(`${createObjectId()}${createObjectId()}`).toString('base64')}`
}
