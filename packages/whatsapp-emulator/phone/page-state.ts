import type { EmulatorState } from '../src/control/control-types.ts'
import type { PhoneMessage } from '../src/control/phone-message.ts'
import type { BusinessNumber, Call, Chat, Customer, Flow, Group, Scenario, Template } from '../src/emulator-types.ts'
import { readMessages, readState } from './api-client.ts'

type Change =
  | { kind: 'desk' }
  | { kind: 'messages'; chat: string }
  | { kind: 'message'; chat: string; message: PhoneMessage }
  | { kind: 'typing'; chat: string }
  | { kind: 'connection' }

/** What the page knows, kept in step with the emulator by server-sent events. */
export interface PageState {
  numbers: BusinessNumber[]
  customers: Customer[]
  groups: Group[]
  templates: Template[]
  flows: Flow[]
  calls: Call[]
  scenario: Scenario | null
  pendingDeliveries: number
  /** What is known of a chat: window, blocked, who has it. */
  chats: Map<string, Chat>
  messages: Map<string, Map<string, PhoneMessage>>
  typingUntil: Map<string, number>
  connected: boolean
  now(): number
  listen(reader: (change: Change) => void): () => void
  /** Loads a chat once; later changes come by themselves. */
  loadChat(phoneNumberId: string, waId: string): void
  connect(): void
}

/** Key of a chat, as in the emulator. */
export function keyOf(phoneNumberId: string, waId: string): string {
  return `${phoneNumberId}:${waId}`
}

type Tell = (change: Change) => void

/** Creates the state; `connect` starts it. */
export function createPageState(): PageState {
  const readers = new Set<Tell>()
  let offset = 0
  const tell: Tell = (change) => {
    for (const reader of [...readers]) reader(change)
  }
  const state: PageState = {
    numbers: [],
    customers: [],
    groups: [],
    templates: [],
    flows: [],
    calls: [],
    scenario: null,
    pendingDeliveries: 0,
    chats: new Map(),
    messages: new Map(),
    typingUntil: new Map(),
    connected: true,
    now: () => Date.now() + offset,
    listen(reader) {
      readers.add(reader)
      return () => readers.delete(reader)
    },
    loadChat: (phoneNumberId, waId) => loader.load(phoneNumberId, waId),
    connect: () => listenToStream(state, loader, oneAtATime(refresh), tell),
  }
  const loader = createLoader(state, tell)

  async function refresh(): Promise<void> {
    const fresh: EmulatorState = await readState()
    offset = fresh.now - Date.now()
    state.numbers = fresh.numbers
    state.customers = fresh.customers
    state.groups = fresh.groups
    state.templates = fresh.templates
    state.flows = fresh.flows
    state.calls = fresh.calls
    state.scenario = fresh.scenario
    state.pendingDeliveries = fresh.pendingDeliveries
    state.chats = new Map(fresh.chats.map((chat) => [keyOf(chat.phoneNumberId, chat.waId), chat]))
    dropEmptied(state, fresh, tell)
    tell({ kind: 'desk' })
  }
  return state
}

/** Many changes in a row are read once: a call during a running one makes exactly one more. */
function oneAtATime(work: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null
  let again: Promise<void> | null = null
  const start = (): Promise<void> => {
    running = work().finally(() => {
      running = null
    })
    return running
  }
  return () => {
    if (!running) return start()
    again ??= running
      .catch(() => {})
      .then(() => {
        again = null
        return start()
      })
    return again
  }
}

/** A reset empties chats: what the emulator no longer has must not stay on the screen. */
function dropEmptied(state: PageState, fresh: EmulatorState, tell: Tell): void {
  const counts = new Map(fresh.chats.map((chat) => [keyOf(chat.phoneNumberId, chat.waId), chat.messages]))
  const groups = new Set(fresh.groups.map((group) => keyOf(group.phoneNumberId, group.id)))
  for (const [chat, messages] of state.messages) {
    if (messages.size === 0 || counts.get(chat) || groups.has(chat)) continue
    state.messages.set(chat, new Map())
    tell({ kind: 'messages', chat })
  }
}

interface Loader {
  load(phoneNumberId: string, waId: string): void
  /** Takes a message that arrives while its chat is still being read. */
  note(chat: string, message: PhoneMessage): void
  reloadAll(): void
}

function createLoader(state: PageState, tell: Tell): Loader {
  const wanted = new Set<string>()
  const arriving = new Map<string, Map<string, PhoneMessage>>()
  async function read(chat: string): Promise<void> {
    const [phoneNumberId = '', waId = ''] = chat.split(':')
    const late = new Map<string, PhoneMessage>()
    arriving.set(chat, late)
    const { messages } = await readMessages(phoneNumberId, waId)
    arriving.delete(chat)
    state.messages.set(chat, new Map([...messages.map((message) => [message.id, message] as const), ...late]))
    tell({ kind: 'messages', chat })
  }
  const start = (chat: string): void => void read(chat).catch(() => wanted.delete(chat))
  return {
    load(phoneNumberId, waId) {
      const chat = keyOf(phoneNumberId, waId)
      if (wanted.has(chat)) return
      wanted.add(chat)
      start(chat)
    },
    note: (chat, message) => void arriving.get(chat)?.set(message.id, message),
    reloadAll() {
      for (const chat of [...wanted]) start(chat)
    },
  }
}

function listenToStream(state: PageState, loader: Loader, refresh: () => Promise<void>, tell: Tell): void {
  const stream = new EventSource('/control/stream')
  stream.addEventListener('ready', () => {
    state.connected = true
    tell({ kind: 'connection' })
    // Whatever happened while the line was down is read again.
    void refresh()
      .then(loader.reloadAll)
      .catch(() => {})
  })
  stream.addEventListener('error', () => {
    state.connected = false
    tell({ kind: 'connection' })
  })
  stream.addEventListener('state', () => void refresh().catch(() => {}))
  stream.addEventListener('message', (event) => {
    const { message } = JSON.parse(event.data) as { message: PhoneMessage }
    const chat = keyOf(message.phoneNumberId, message.waId)
    loader.note(chat, message)
    const known = state.messages.get(chat)
    if (!known) return
    known.set(message.id, message)
    tell({ kind: 'message', chat, message })
  })
  stream.addEventListener('typing', (event) => {
    const { phoneNumberId, waId, until } = JSON.parse(event.data) as { phoneNumberId: string; waId: string; until: number }
    const chat = keyOf(phoneNumberId, waId)
    state.typingUntil.set(chat, until)
    tell({ kind: 'typing', chat })
    if (until > 0) setTimeout(() => tell({ kind: 'typing', chat }), Math.max(0, until - state.now()) + 50)
  })
}
