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
  /** When set, the business-scoped ids are made from this instead of the phone: changing it changes the ids. */
  idSeed?: string
  /** False = not on WhatsApp: sends fail later with 131026. */
  onWhatsApp?: boolean
}

export interface Chat {
  phoneNumberId: string
  waId: string
  lastInboundAt: number | null
  /** The customer blocked the business: sends fail later with 131026. */
  blockedByCustomer?: boolean
  /** The business blocked the customer (`block_users`): his messages are not told, sends are refused with 130403. */
  blockedByBusiness?: boolean
  /** The customer stopped marketing messages: 131050. */
  marketingStopped?: boolean
  /** When the customer came by an ad, and until when the free entry point lasts once the business answered. */
  referralAt?: number | null
  freeEntryUntil?: number | null
  /** Identity key of the customer, changed by `user_identity_changed`; sends wait for `recipient_identity_key_hash`. */
  identityKeyHash?: string
  identityAcknowledged?: boolean
  /** Role that holds the thread (conversation routing); absent = the business's app. */
  threadRole?: string
  callPermission?: { kind: 'temporary' | 'permanent'; until: number | null } | null
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
  /** Set for group messages; `waId` is then the group's id. */
  groupId?: string
  /** How the business addressed the customer, when by business-scoped id. */
  addressedBy?: 'user_id'
  template?: { id: string; category: TemplateCategory }
  /** Marketing Messages API (`/marketing_messages`). */
  marketingLite?: boolean
  pricing?: JsonObject | null
  conversation?: JsonObject | null
  /** After this it is not delivered any more (time to live). */
  expiresAt?: number
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

export type TemplateCategory = 'MARKETING' | 'UTILITY' | 'AUTHENTICATION'
export type TemplateStatus =
  | 'APPROVED'
  | 'PENDING'
  | 'REJECTED'
  | 'PAUSED'
  | 'DISABLED'
  | 'IN_APPEAL'
  | 'PENDING_DELETION'
  | 'DELETED'
  | 'LIMIT_EXCEEDED'
  | 'ARCHIVED'
export type QualityScore = 'GREEN' | 'YELLOW' | 'RED' | 'UNKNOWN'

export interface Template {
  id: string
  wabaId: string
  name: string
  language: string
  category: TemplateCategory
  previousCategory: TemplateCategory | null
  /** Category Meta announced for later (`template_category_update`, impending). */
  correctCategory: TemplateCategory | null
  parameterFormat: 'POSITIONAL' | 'NAMED'
  /** As created; `GET` shows them with Meta's changes (fixed authentication body, OTP as URL). */
  components: JsonObject[]
  status: TemplateStatus
  rejectedReason: string
  quality: QualityScore
  ttlSeconds: number | null
  linkTrackingOptedOut: boolean
  createdAt: number
  changedAt: number
  /** Times of edits while approved: one per 24 h, ten per 30 days. */
  edits: number[]
  pauses: number
  pausedUntil: number | null
}

export type FlowStatus = 'DRAFT' | 'PUBLISHED' | 'DEPRECATED' | 'BLOCKED' | 'THROTTLED'

export interface Flow {
  id: string
  wabaId: string
  name: string
  categories: string[]
  status: FlowStatus
  endpointUri: string | null
  /** Text of flow.json. */
  json: string
  createdAt: number
}

export interface Group {
  id: string
  phoneNumberId: string
  subject: string
  description: string
  joinApprovalMode: 'auto_approve' | 'approval_required'
  inviteCode: string
  /** wa_id of each participant. */
  participants: string[]
  joinRequests: { id: string; waId: string; at: number }[]
  suspended: boolean
  createdAt: number
}

export interface Call {
  id: string
  phoneNumberId: string
  waId: string
  direction: 'USER_INITIATED' | 'BUSINESS_INITIATED'
  state: 'ringing' | 'pre_accepted' | 'accepted' | 'rejected' | 'ended'
  startedAt: number
  callbackData: string | null
}

/** What the platform knows of a number beside its credentials. `readNumberState` gives the defaults. */
export interface NumberState {
  phoneNumberId: string
  /** Overrides what follows from `registered`: FLAGGED, RESTRICTED, BANNED, ... */
  status: string | null
  quality: 'GREEN' | 'YELLOW' | 'RED' | 'NA'
  nameStatus: string
  newNameStatus: string | null
  messagingLimit: 'TIER_50' | 'TIER_250' | 'TIER_2K' | 'TIER_10K' | 'TIER_100K' | 'TIER_UNLIMITED'
  throughput: 'STANDARD' | 'HIGH'
  /** Shared with the WhatsApp Business app. */
  coexistence: boolean
  onboardedAt: number
  /** Which of the two syncs were asked for; each goes once. */
  syncs: string[]
  /** Official business account: may use groups. */
  official: boolean
  verified: boolean
  /** Digits that `verify_code` wants after `request_code`. */
  verificationCode: string | null
  pin: string | null
  pinFailures: number[]
  /** Times of register and deregister calls: ten in 72 h. */
  registrations: number[]
  deletedAt: number | null
  /** Sends are answered with 131057 until then. */
  maintenanceUntil: number | null
  settings: JsonObject
  commerce: { is_cart_enabled: boolean; is_catalog_visible: boolean }
  automation: JsonObject
  username: { name: string; status: 'approved' | 'reserved' } | null
  /** PEM of the flows endpoint. */
  encryptionKey: string | null
  /** A test number sends only to these; null = an ordinary number. */
  allowedRecipients: string[] | null
  /** Free service messages used, by month (`2026-11`). */
  serviceUsed: Record<string, number>
}

/** State of a WhatsApp Business Account. `readAccountState` gives the defaults. */
export interface AccountState {
  wabaId: string
  /** restricted: business-initiated sends 368; locked: 131031; banned: every send 131031, status BANNED. */
  standing: 'ok' | 'restricted' | 'locked' | 'banned'
  standingUntil: number | null
  paymentMethod: boolean
  /** Government and non-profit: service and utility cost nothing (`subtype: paid_exempt`). */
  paidExempt: boolean
  reviewStatus: string
  businessVerification: string
  /** Names of deleted approved templates and until when they may not be used again. */
  blockedNames: Record<string, number>
  templateCreations: number[]
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
  /** Templates must exist, be approved and get fitting parameters. Off = accepted unseen. */
  templateCheck: boolean
  /** How long a review takes, and what comes of it unless the name tells otherwise (`reject_…`, `pause_…`, `slow_…`). */
  templateReviewMs: number
  templateDecision: 'approve' | 'reject' | 'pending'
  /** Template sends are answered with `held_for_quality_assessment`. */
  qualityPacing: boolean
  /** Marketing messages one person gets in 24 h before 131049. 0 = no cap. */
  marketingCap: number
  /** Free service messages per number and calendar month; charged after that since 1 Oct 2026. */
  freeServiceMessages: number
  /** Version of the app's webhooks; up to v23.0 statuses carry `conversation`. */
  webhookVersion: string
  /** Result of asynchronous group operations comes after this. */
  groupMs: number
}
