import type { Json, JsonObject } from './json.ts'

export interface Credentials {
  wabaId: string
  phoneNumberId: string
  displayPhoneNumber: string
  accessToken: string
  appSecret: string
  verifyToken: string
  appId: string
}

export interface BusinessNumber extends Credentials {
  businessId: string
  verifiedName: string
  /** Callback of the app; the two overrides win over it, the number's first. */
  callbackUrl: string | null
  accountOverride: string | null
  numberOverride: string | null
  subscribed: boolean
  registered: boolean
  /** Error code answered to every send from this number, e.g. 131042, or null. */
  sendFault: number | null
  profile: JsonObject
  createdAt: number
}

export interface Customer {
  waId: string
  name: string
  phone: string
  username: string | null
  /** The business number this phone is showing. */
  phoneNumberId: string
  online: boolean
  readReceipts: boolean
  /** Shown on the phone page. Customers made by a load test or by a send are not. */
  onDesk: boolean
  createdAt: number
}

export interface Chat {
  phoneNumberId: string
  waId: string
  lastInboundAt: number | null
}

export type MessageStatus = 'accepted' | 'sent' | 'delivered' | 'read' | 'played' | 'failed'

export interface ChatMessage {
  id: string
  phoneNumberId: string
  waId: string
  /** Seen from the business: inbound was written by the customer. */
  direction: 'inbound' | 'outbound'
  type: string
  /** What stands under the key named by `type`. */
  content: Json
  contextId: string | null
  timestamp: number
  status: MessageStatus
  statusTimes: Partial<Record<MessageStatus, number>>
  errorCode: number | null
  callbackData: string | null
  reactions: { customer?: string; business?: string }
}

export interface MediaFile {
  id: string
  phoneNumberId: string
  origin: 'business' | 'customer'
  mimeType: string
  filename: string | null
  size: number
  sha256: string
  createdAt: number
  deleted: boolean
}

/** A message written by a customer: `type` plus the object under that key, as in Meta's webhook. */
export interface CustomerMessage extends JsonObject {
  type: string
}

export interface Scenario {
  /** Every nth successful delivery is sent a second time. 0 = never. */
  duplicateEvery: number
  /** Wait before each delivery, plus a random part up to `jitterMs`. */
  delayMs: number
  jitterMs: number
  /** Deliver in random order and in parallel, also within one chat. */
  shuffle: boolean
  /** Collect changes for this long and send them in one POST. 0 = one POST per change. */
  batchMs: number
  /** Every nth `delivered` status is not sent. 0 = never. */
  dropDeliveredEvery: number
  /** Emulator-only webhook when a customer is typing. */
  typingWebhook: boolean
  /** Customers read at once, without an open chat. */
  autoRead: boolean
  /** Which identifiers of a customer the webhooks show. */
  identity: 'phone' | 'both' | 'bsuid'
  /** How a send outside the 24 h window fails. */
  windowError: 'sync' | 'async'
  windowCheck: boolean
  /** Apply Meta's throughput and pair limits. */
  limits: boolean
  sentMs: number
  deliveredMs: number
  readMs: number
}

export interface EmulatorOptions {
  host?: string
  port?: number
  /** JSONL file that keeps numbers, chats and pending deliveries; media go to `<stateFile>.media/`. */
  stateFile?: string
  webhook?: { callbackUrl: string; verifyToken: string }
  appSecret?: string
  accessToken?: string
  businessName?: string
  timing?: { sentMs?: number; deliveredMs?: number; readMs?: number }
  scenario?: Partial<Scenario>
  limits?: boolean
  /** Gaps before each webhook retry; the last one repeats for seven days. */
  retryDelaysMs?: number[]
  webhookTimeoutMs?: number
  /** Let other machines use the control API and the phone page. */
  allowRemoteControl?: boolean
  quiet?: boolean
}
