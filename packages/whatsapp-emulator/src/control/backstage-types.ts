import type { AccountState, ChatMessage, Customer, CustomerMessage, Flow, Group, NumberState, Template } from '../emulator-types.ts'
import type { JsonObject } from '../json.ts'

interface ChatChoice {
  /** The number the customer's phone shows unless told. */
  phoneNumberId?: string
}

/** How a system message tells an identity change: as of August 2026, before (no `previous_*` keys), or as years ago. */
export type SystemShape = 'current' | 'body-only' | 'legacy'

export type CrowdKind = 'text' | 'image' | 'audio' | 'video' | 'document' | 'sticker' | 'location' | 'contacts' | 'reaction'

export interface CrowdPlan extends ChatChoice {
  /** Different people, at most 2,000. Default 50. */
  customers?: number
  /** Messages per second, at most 200. Default 5. */
  perSecond?: number
  /** The crowd leaves by itself after this many seconds, at most 600. Default 60. */
  seconds?: number
  /** Weights of the kinds; without it mostly texts. */
  mix?: Partial<Record<CrowdKind, number>>
}

export interface CrowdReport {
  running: boolean
  customers: number
  perSecond: number
  seconds: number
  sent: number
  startedAt: number | null
  endsAt: number | null
}

/** What a customer does beyond writing. */
export interface PhoneControl {
  /** Within 15 minutes. A number shared with the Business app gets `edit`, any other `unsupported`; `as` decides otherwise. */
  editMessage(messageId: string, text: string, options?: { as?: 'real' | 'unsupported' }): void
  /** Deletes for everyone, within two days: `revoke`, or `unsupported` without the id. */
  deleteMessage(messageId: string, options?: { as?: 'real' | 'unsupported' }): void
  /** `system` with `user_changed_number`: chats go along, the business-scoped ids become new ones. */
  changePhone(customer: string, newPhone: string, options?: { shape?: SystemShape }): Customer
  /** `system` with `user_changed_user_id`, without a phone. */
  changeUserId(customer: string, options?: { shape?: SystemShape }): Customer
  /** `system` with `user_identity_changed`: sends wait for `recipient_identity_key_hash` when the check is on. */
  changeIdentity(customer: string, options?: ChatChoice): void
  changeProfile(customer: string, changes: { name?: string; username?: string | null }): Customer
  /** While blocked nothing reaches the phone, and the customer cannot write. */
  blockBusiness(customer: string, blocked: boolean, options?: ChatChoice): void
  /** `user_preferences`: stops or resumes marketing messages. */
  setMarketing(customer: string, value: 'stop' | 'resume', options?: ChatChoice): void
  /** Joins by invite link, its code or the group's id; may wait for approval. */
  joinGroup(customer: string, invite: string): Group
  leaveGroup(customer: string, groupId: string): Group
  /** Many people write for a while. Starting again replaces the crowd that is there. */
  startCrowd(plan?: CrowdPlan): CrowdReport
  stopCrowd(): CrowdReport
  readCrowd(): CrowdReport
}

/** What the platform thinks of a number. */
export interface Platform {
  number: NumberState
  account: AccountState
  token: 'valid' | 'expired' | 'revoked'
}

/** What Meta may decide or notice about a number and its account. Each key that is given changes the state and sends its webhook. */
export interface PlatformChanges {
  quality?: NumberState['quality']
  messagingLimit?: NumberState['messagingLimit']
  throughput?: NumberState['throughput']
  /** Overrides what follows from the registration: FLAGGED, RESTRICTED, BANNED, ...; null = as usual. */
  status?: string | null
  coexistence?: boolean
  official?: boolean
  /** Decision about the display name: APPROVED, REJECTED, PENDING, DEFERRED. */
  nameDecision?: string
  nameRequested?: string
  /** Answers sends with 131057 for so many seconds. */
  maintenanceSeconds?: number
  allowedRecipients?: string[] | null
  standing?: AccountState['standing']
  standingDays?: number
  paymentMethod?: boolean
  paidExempt?: boolean
  /** Decision about the account: APPROVED, REJECTED, PENDING, DEFERRED. */
  reviewStatus?: string
  token?: 'valid' | 'expired' | 'revoked'
  /** Version and fields of the app's webhooks are in the scenario and in `POST /{APP_ID}/subscriptions`. */
  permissions?: string[]
}

export interface TemplateDecision {
  /** APPROVED, REJECTED, PAUSED, DISABLED, REINSTATED, FLAGGED, IN_APPEAL, PENDING_DELETION, LOCKED, ARCHIVED, ... */
  event?: string
  reason?: string
  /** FIRST_PAUSE, SECOND_PAUSE, RATE_LIMITING_PAUSE, UNPAUSE, DISABLED */
  title?: string
  quality?: Template['quality']
  category?: Template['category']
  /** Only announces the category; it changes after 24 h of the emulator's clock. */
  impending?: boolean
}

export interface HistoryPlan extends ChatChoice {
  /** The person refused to share: one webhook with error 2593109. */
  refused?: boolean
  /** People in the history, default 3. */
  threads?: number
  /** Default all three: the first day, to day 90, to day 180. */
  phases?: (0 | 1 | 2)[]
}

export interface CallPlan extends ChatChoice {
  event: 'connect' | 'terminate' | 'ringing' | 'accepted' | 'rejected'
  direction?: 'USER_INITIATED' | 'BUSINESS_INITIATED'
  callId?: string
  status?: 'COMPLETED' | 'FAILED'
  seconds?: number
}

/** What Meta and the business's own app do, for scenarios. */
export interface PlatformControl {
  changePlatform(phoneNumberId: string, changes: PlatformChanges): Platform
  readPlatform(phoneNumberId: string): Platform
  listTemplates(phoneNumberId?: string): Template[]
  listFlows(phoneNumberId?: string): Flow[]
  listGroups(phoneNumberId?: string): Group[]
  decideTemplate(templateId: string, decision: TemplateDecision): Template
  /** Sends one account-type or other field. `input` fills the builder of the field; `value` replaces the whole value. */
  sendField(field: string, input?: JsonObject, options?: ChatChoice): JsonObject
  /** A message typed in the Business app, `smb_message_echoes`. With `edit` or `revoke` it changes an earlier one. */
  sendEcho(customer: string, message: CustomerMessage, options?: ChatChoice): ChatMessage | null
  sendHistory(plan?: HistoryPlan): number
  /** `smb_app_state_sync`: contacts of the Business app's address book. */
  syncAppContacts(change?: { action?: 'add' | 'remove'; contacts?: { full_name: string; phone_number: string }[] } & ChatChoice): void
  /** Who has the chat: a role such as `ai_agent` sends the customer's messages to `standby`; null gives it back to the app. */
  setThreadRole(customer: string, role: string | null, options?: ChatChoice & { handover?: boolean; summary?: string }): void
  /** What the handler of the chat wrote: on the phone, and as `standby.message_echoes`. `body` as for a send: `{type, [type]: …}`. */
  sendAgentMessage(customer: string, body: JsonObject, options?: ChatChoice): ChatMessage
  /** `value.errors` without messages. */
  sendErrors(code: number, options?: ChatChoice & { details?: string }): void
  /** A `payment` status for a message of the business. */
  sendPayment(messageId: string, status: 'captured' | 'pending' | 'failed', referenceId?: string): void
  sendCall(customer: string, plan: CallPlan): string
}

export interface BackstageControl extends PhoneControl, PlatformControl {}
