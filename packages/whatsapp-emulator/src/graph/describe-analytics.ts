import type { BusinessNumber, ChatMessage } from '../emulator-types.ts'
import type { Json, JsonObject } from '../json.ts'
import type { World } from '../state/world.ts'

const DAY_MS = 24 * 3600_000

/** `name.start(1).end(2).granularity(DAY)` of a field list as numbers and texts. */
function readArguments(fields: string, name: string): Record<string, string> | null {
  const found = new RegExp(`(?:^|[,{\\s])${name}((?:\\.\\w+\\([^)]*\\))*)`).exec(fields)
  return found ? Object.fromEntries([...(found[1] ?? '').matchAll(/\.(\w+)\(([^)]*)\)/g)].map((match) => [match[1] ?? '', match[2] ?? ''])) : null
}

/** The analytics fields of an account, counted from the emulator's messages, one point per day (Cloud API, analytics). */
export function describeAnalytics(world: World, number: BusinessNumber, fields: string): JsonObject {
  const result: JsonObject = {}
  const plain = readArguments(fields, 'analytics')
  if (plain) {
    const points = countDays(world, number, plain, (list) => ({ sent: list.length, delivered: list.filter((message) => message.statusTimes.delivered).length }))
    result.analytics = {
      phone_numbers: [number.displayPhoneNumber.replace(/\D/g, '')],
      country_codes: [],
      granularity: plain.granularity ?? 'DAY',
      data_points: points,
    }
  }
  const pricing = readArguments(fields, 'pricing_analytics')
  if (pricing) {
    const points = countDays(world, number, pricing, (list) => ({ volume: list.filter((message) => message.statusTimes.delivered).length, cost: 0 }))
    result.pricing_analytics = { data: [{ data_points: points }] }
  }
  const conversation = readArguments(fields, 'conversation_analytics')
  if (conversation) {
    const points = countDays(world, number, conversation, (list) => ({ conversation: new Set(list.map((message) => message.waId)).size, cost: 0 }))
    result.conversation_analytics = { data: [{ data_points: points }] }
  }
  return result
}

function countDays(world: World, number: BusinessNumber, given: Record<string, string>, count: (list: ChatMessage[]) => JsonObject): Json[] {
  const end = Number(given.end) * 1000 || world.now()
  const start = Number(given.start) * 1000 || end - 7 * DAY_MS
  const days = new Map<number, ChatMessage[]>()
  for (const message of world.messages.values()) {
    if (message.direction !== 'outbound' || message.phoneNumberId !== number.phoneNumberId) continue
    if (message.timestamp < start || message.timestamp >= end) continue
    const day = Math.floor(message.timestamp / DAY_MS) * DAY_MS
    days.set(day, [...(days.get(day) ?? []), message])
  }
  return [...days].sort(([a], [b]) => a - b).map(([day, list]) => ({ start: day / 1000, end: (day + DAY_MS) / 1000, ...count(list) }))
}

/** `GET /{WABA}/template_analytics` (Cloud API, analytics). */
export function describeTemplateAnalytics(world: World, number: BusinessNumber, query: Record<string, string>): JsonObject {
  const ids = (query.template_ids ?? '')
    .replace(/[[\]"\s]/g, '')
    .split(',')
    .filter(Boolean)
  const points = ids.map((id) => {
    const list = [...world.messages.values()].filter((message) => message.phoneNumberId === number.phoneNumberId && message.template?.id === id)
    const has = (status: 'sent' | 'delivered' | 'read'): number => list.filter((message) => message.statusTimes[status]).length
    return {
      template_id: id,
      start: Number(query.start) || Math.floor((world.now() - 7 * DAY_MS) / 1000),
      end: Number(query.end) || Math.floor(world.now() / 1000),
      sent: has('sent'),
      delivered: has('delivered'),
      read: has('read'),
      clicked: [],
    }
  })
  return { data: [{ granularity: 'DAILY', product_type: 'cloud_api', data_points: points }], paging: { cursors: { before: 'MAZDZD', after: 'MjQZD' } } }
}
