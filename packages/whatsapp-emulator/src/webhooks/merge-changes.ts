import type { Json, JsonObject } from '../json.ts'
import { isMessageField } from './find-callback.ts'
import type { WebhookChange } from './webhook-types.ts'

/** The largest number of updates Meta puts in one POST (Cloud API, webhooks). */
export const MAX_UPDATES = 1000

/**
 * The body of one POST for these changes: an entry per account, and within it messages of the same
 * number side by side in one value, as Meta may batch them (Cloud API, webhooks). Entries about an account carry a time.
 */
export function mergeChanges(changes: WebhookChange[], now: number): JsonObject {
  const entries = new Map<string, JsonObject[]>()
  const open = new Map<string, JsonObject>()
  for (const change of changes) {
    const list = entries.get(change.wabaId) ?? []
    entries.set(change.wabaId, list)
    const kind = change.value.statuses ? 'statuses' : change.value.messages ? 'messages' : null
    const key = `${change.wabaId}:${change.phoneNumberId}:${change.field}:${kind}`
    const target = kind ? open.get(key) : undefined
    if (!kind || !target) {
      const value = { ...change.value }
      list.push({ value, field: change.field })
      if (kind) open.set(key, value)
      continue
    }
    target[kind] = [...asList(target[kind]), ...asList(change.value[kind])]
    const contacts = [...asList(target.contacts), ...asList(change.value.contacts)]
    if (contacts.length > 0) target.contacts = [...new Map(contacts.map((contact) => [JSON.stringify(contact), contact])).values()]
  }
  return {
    object: 'whatsapp_business_account',
    entry: [...entries].map(([id, list]) => ({
      id,
      ...(list.some((change) => !isMessageField(String(change.field))) ? { time: Math.floor(now / 1000) } : {}),
      changes: list,
    })),
  }
}

function asList(value: Json): Json[] {
  return Array.isArray(value) ? value : []
}
