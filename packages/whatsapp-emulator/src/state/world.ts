import { EventEmitter } from 'node:events'
import { mkdirSync } from 'node:fs'
import { CURRENT_VERSION, DEFAULT_BUSINESS_NAME, DEFAULT_CUSTOMER, DEFAULT_NUMBER } from '../default-number.ts'
import type { EmulatorOptions } from '../emulator-options.ts'
import type {
  AccountState,
  BusinessNumber,
  Call,
  Chat,
  ChatMessage,
  Customer,
  Flow,
  Group,
  MediaFile,
  NumberState,
  Scenario,
  Template,
} from '../emulator-types.ts'
import type { PendingDelivery, WebhookLogEntry } from '../webhooks/webhook-types.ts'
import { type Collection, createCollection } from './collection.ts'
import type { AppState, QrCode, TokenState, UploadSession } from './platform-types.ts'
import { type LogRecord, openStateLog, readStateFile, type StateLog } from './state-log.ts'

export type WorldEvent =
  | { kind: 'state' }
  | { kind: 'message'; message: ChatMessage }
  | { kind: 'typing'; phoneNumberId: string; waId: string; until: number }
  | { kind: 'webhook'; entry: WebhookLogEntry }
  /** A coexistence sync was asked for (`smb_app_data`). */
  | { kind: 'sync'; phoneNumberId: string; syncType: 'smb_app_state_sync' | 'history'; requestId: string }

/** Everything the emulator knows. One per running emulator; no module-level state. */
export interface World {
  options: EmulatorOptions
  scenario: Scenario
  numbers: Collection<BusinessNumber>
  customers: Collection<Customer>
  chats: Collection<Chat>
  messages: Collection<ChatMessage>
  media: Collection<MediaFile>
  deliveries: Collection<PendingDelivery>
  templates: Collection<Template>
  flows: Collection<Flow>
  groups: Collection<Group>
  qrCodes: Collection<QrCode>
  calls: Collection<Call>
  uploads: Collection<UploadSession>
  numberStates: Collection<NumberState>
  accountStates: Collection<AccountState>
  tokenStates: Collection<TokenState>
  appStates: Collection<AppState>
  mediaBytes: Map<string, Buffer>
  mediaFolder: string | null
  /** Message ids of each chat, oldest first. */
  chatMessages: Map<string, string[]>
  /** Messages of customers in the current second, per number: throughput counts both directions. */
  inboundSeconds: Map<string, { second: number; count: number }>
  /** Chats open on the customer's screen, and who opened them. */
  openChats: Map<string, 'page' | 'api'>
  events: EventEmitter<{ change: [WorldEvent] }>
  timers: Set<NodeJS.Timeout>
  /** Base address, known once the server listens. */
  url: string
  now(): number
  clockOffset: number
  /** Grows with each reset. */
  generation: number
  /** Deliveries to phones so far, for `dropDeliveredEvery`. */
  deliveredCount: number
  setScenario(changes: Partial<Scenario>): void
  advanceClock(ms: number): void
  emit(event: WorldEvent): void
  /** A timer that ends with the emulator. */
  after(ms: number, run: () => void): void
  close(): Promise<void>
}

/** Key of a chat: one customer with one business number. */
export function keyOfChat(phoneNumberId: string, waId: string): string {
  return `${phoneNumberId}:${waId}`
}

/** The scenario at start, from the options. */
export function createScenario(options: EmulatorOptions): Scenario {
  return {
    duplicateEvery: 0,
    delayMs: 0,
    jitterMs: 0,
    shuffle: false,
    batchMs: 0,
    dropDeliveredEvery: 0,
    typingWebhook: true,
    autoRead: false,
    identity: 'both',
    windowError: 'sync',
    windowCheck: true,
    limits: options.limits ?? false,
    sentMs: options.timing?.sentMs ?? 120,
    deliveredMs: options.timing?.deliveredMs ?? 350,
    readMs: options.timing?.readMs ?? 700,
    templateCheck: true,
    templateReviewMs: 150,
    templateDecision: 'approve',
    qualityPacing: false,
    marketingCap: 0,
    freeServiceMessages: 1000,
    webhookVersion: CURRENT_VERSION,
    groupMs: 50,
    ...options.scenario,
  }
}

function createCollections(write: (record: LogRecord) => void) {
  return {
    numbers: createCollection<BusinessNumber>('numbers', write),
    customers: createCollection<Customer>('customers', write),
    chats: createCollection<Chat>('chats', write),
    messages: createCollection<ChatMessage>('messages', write),
    media: createCollection<MediaFile>('media', write),
    deliveries: createCollection<PendingDelivery>('deliveries', write),
    templates: createCollection<Template>('templates', write),
    flows: createCollection<Flow>('flows', write),
    groups: createCollection<Group>('groups', write),
    qrCodes: createCollection<QrCode>('qrCodes', write),
    calls: createCollection<Call>('calls', write),
    uploads: createCollection<UploadSession>('uploads', write),
    numberStates: createCollection<NumberState>('numberStates', write),
    accountStates: createCollection<AccountState>('accountStates', write),
    tokenStates: createCollection<TokenState>('tokenStates', write),
    appStates: createCollection<AppState>('appStates', write),
    settings: createCollection<{ scenario?: Partial<Scenario>; clockOffset?: number }>('settings', write),
  }
}

/** Creates the world, from the state file when there is one. */
export function createWorld(options: EmulatorOptions): World {
  let log: ReturnType<typeof openStateLog> | null = null
  let closed = false
  const { settings, ...collections } = createCollections((record) => log?.append(record))
  const keepSettings = (): void => void settings.put('all', { scenario: world.scenario, clockOffset: world.clockOffset })

  const world: World = {
    options,
    scenario: createScenario(options),
    ...collections,
    mediaBytes: new Map(),
    mediaFolder: options.stateFile ? `${options.stateFile}.media` : null,
    chatMessages: new Map(),
    inboundSeconds: new Map(),
    openChats: new Map(),
    events: new EventEmitter(),
    timers: new Set(),
    url: '',
    clockOffset: 0,
    generation: 0,
    deliveredCount: 0,
    now: () => Date.now() + world.clockOffset,
    setScenario(changes) {
      Object.assign(world.scenario, changes)
      keepSettings()
    },
    advanceClock(ms) {
      world.clockOffset += ms
      keepSettings()
    },
    emit: (event) => void world.events.emit('change', event),
    after(ms, run) {
      if (closed) return
      const timer = setTimeout(() => {
        world.timers.delete(timer)
        run()
      }, ms)
      world.timers.add(timer)
    },
    async close() {
      closed = true
      for (const timer of world.timers) clearTimeout(timer)
      world.timers.clear()
      world.events.removeAllListeners()
      await log?.close()
    },
  }
  world.events.setMaxListeners(0)
  if (options.stateFile) log = openSavedState(world, options.stateFile, { settings, ...collections })
  addDefaults(world)
  return world
}

/** Fills the world from the state file and opens the file for what comes. */
function openSavedState(world: World, path: string, all: ReturnType<typeof createCollections>): StateLog {
  for (const record of readStateFile(path)) {
    if (record.c in all) all[record.c as keyof typeof all].load(record)
  }
  const saved = all.settings.get('all')
  if (saved?.scenario) Object.assign(world.scenario, saved.scenario, world.options.scenario)
  world.clockOffset = saved?.clockOffset ?? 0
  for (const message of all.messages.values()) indexMessage(world, message)
  mkdirSync(`${path}.media`, { recursive: true })
  return openStateLog(
    path,
    Object.values(all).flatMap((collection) => collection.dump()),
  )
}

/** Notes a message in its chat. Call once per message. */
export function indexMessage(world: World, message: ChatMessage): void {
  const key = keyOfChat(message.phoneNumberId, message.waId)
  const ids = world.chatMessages.get(key)
  if (ids) ids.push(message.id)
  else world.chatMessages.set(key, [message.id])
}

/** Makes the default number and customer when they are missing; credentials in the options win. */
export function addDefaults(world: World): void {
  const { options } = world
  const known = world.numbers.get(DEFAULT_NUMBER.phoneNumberId)
  const number: BusinessNumber = known ?? {
    ...DEFAULT_NUMBER,
    verifiedName: DEFAULT_BUSINESS_NAME,
    callbackUrl: null,
    accountOverride: null,
    numberOverride: null,
    subscribed: true,
    registered: true,
    sendFault: null,
    profile: { about: 'Respondemos o quanto antes.', vertical: 'HOTEL' },
    createdAt: world.now(),
  }
  if (options.businessName) number.verifiedName = options.businessName
  if (options.accessToken) number.accessToken = options.accessToken
  if (options.appSecret) number.appSecret = options.appSecret
  world.numbers.put(number.phoneNumberId, number)
  if (world.customers.size === 0) {
    world.customers.put(DEFAULT_CUSTOMER.waId, {
      ...DEFAULT_CUSTOMER,
      username: null,
      phoneNumberId: number.phoneNumberId,
      online: true,
      readReceipts: true,
      onDesk: true,
      createdAt: world.now(),
    })
  }
}
