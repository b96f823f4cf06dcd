import type { JsonObject } from '../json.ts'

/** One change of one field, before it is put into a POST. */
export interface WebhookChange {
  phoneNumberId: string
  wabaId: string
  field: string
  value: JsonObject
  /** Messages of customers that count as delivered once this change was answered with 200. */
  inboundIds: string[]
  /** Changes of one lane are delivered one after the other unless the scenario shuffles. */
  lane: string
}

/** A POST that was not answered with 200 yet. */
export interface PendingDelivery {
  id: string
  phoneNumberId: string
  /** Field of the changes: decides whether overrides count. All changes of a delivery are of one class. */
  field?: string
  lane: string
  body: string
  inboundIds: string[]
  attempt: number
  createdAt: number
  nextAt: number
}

export interface WebhookLogEntry {
  at: number
  phoneNumberId: string
  callbackUrl: string
  attempt: number
  /** HTTP status, or 0 when there was no answer. */
  status: number
  error: string | null
  durationMs: number
  body: string
}
