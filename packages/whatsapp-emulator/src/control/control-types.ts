import type { BusinessNumber, Call, Chat, ChatMessage, Customer, CustomerMessage, Flow, Group, MediaFile, Scenario, Template } from '../emulator-types.ts'
import type { WebhookLogEntry } from '../webhooks/webhook-types.ts'
import type { BackstageControl } from './backstage-types.ts'

export interface NewNumber {
  displayPhoneNumber: string
  verifiedName: string
  /** Everything else is made up when it is not given. */
  phoneNumberId?: string
  wabaId?: string
  businessId?: string
  appId?: string
  accessToken?: string
  appSecret?: string
  verifyToken?: string
}

export interface WebhookSettings {
  callbackUrl: string
  verifyToken: string
  appSecret?: string
}

export interface NumberChanges {
  verifiedName?: string
  registered?: boolean
  /** Answer every send with this code, e.g. 131042 or 190; null ends it. */
  sendFault?: number | null
}

export interface NewCustomer {
  name: string
  phone: string
  /** The default number when not given. */
  phoneNumberId?: string
  /** The id WhatsApp gives back, when it differs from the phone's digits (Brazilian ninth digit). */
  waId?: string
  username?: string | null
  online?: boolean
  readReceipts?: boolean
  onDesk?: boolean
}

export interface RawWebhook {
  phoneNumberId?: string
  /** Any JSON value; it is escaped and signed as Meta does. */
  body?: unknown
  /** Sent byte for byte instead of `body`. */
  rawText?: string
  signature?: 'valid' | 'none' | 'wrong'
}

export interface EmulatorState {
  url: string
  now: number
  scenario: Scenario
  numbers: BusinessNumber[]
  customers: Customer[]
  openChats: { phoneNumberId: string; waId: string }[]
  chats: (Chat & { messages: number })[]
  groups: Group[]
  templates: Template[]
  flows: Flow[]
  /** Calls that ring or go on. */
  calls: Call[]
  pendingDeliveries: number
}

/** The verbs of the control API, for use in the same process. `from` and `customer` are phones, with or without `+`. */
export interface EmulatorControl extends BackstageControl {
  readState(): EmulatorState
  createNumber(number: NewNumber): BusinessNumber
  changeNumber(phoneNumberId: string, changes: NumberChanges): BusinessNumber
  removeNumber(phoneNumberId: string): void
  /** Does the handshake first; throws CallbackRefused when the callback does not pass it. */
  setWebhook(phoneNumberId: string, settings: WebhookSettings): Promise<BusinessNumber>
  createCustomer(customer: NewCustomer): Customer
  removeCustomer(phone: string): void
  /** Sends as a customer, who is made on the spot when unknown. The default number unless told. */
  sendAs(customer: string, message: CustomerMessage, options?: { phoneNumberId?: string; name?: string }): ChatMessage
  setTyping(customer: string, state: 'start' | 'stop', options?: { phoneNumberId?: string }): void
  /** Opens or closes the chat on the customer's screen; opening reads what had arrived. */
  openChat(customer: string, open: boolean, options?: { phoneNumberId?: string; by?: 'page' | 'api' }): void
  setOnline(customer: string, online: boolean): void
  /** The customer heard a voice note of the business. */
  markPlayed(messageId: string): void
  setScenario(changes: Partial<Scenario>): Scenario
  /** Moves the 24 h window of a chat: open = the customer wrote now, closed = 25 hours ago. */
  setWindow(customer: string, open: boolean, options?: { phoneNumberId?: string }): void
  advanceClock(ms: number): number
  listMessages(customer: string, options?: { phoneNumberId?: string; limit?: number }): ChatMessage[]
  addMedia(file: { bytes: Buffer; mimeType: string; filename?: string; phoneNumberId?: string }): MediaFile
  sendRawWebhook(webhook: RawWebhook): Promise<{ status: number; body: string }>
  listWebhooks(limit?: number): WebhookLogEntry[]
  /** Tries every waiting webhook now. */
  retryNow(): void
  /** Resolves when no webhook is under way. Statuses whose timers still run are not waited for. */
  settle(): Promise<void>
  /** Forgets chats, customers, media, waiting webhooks and scenario; numbers and their callbacks stay unless `numbers`. */
  reset(options?: { numbers?: boolean }): void
}
