import { openAddCustomer } from './add-customer.ts'
import { attempt, openChat } from './api-client.ts'
import { h, icon, showNotice } from './dom.ts'
import { createPageState, keyOf } from './page-state.ts'
import { createPhoneFrame, type PhoneFrame } from './phone-frame.ts'

const state = createPageState()
const phones = new Map<string, { frame: PhoneFrame; drawnFrom: string }>()
/** The group each phone shows instead of the chat with the business. */
const groups = new Map<string, string>()
const small = matchMedia('(max-width: 720px)')
const shelf = h('main', { class: 'phones' })
const tabs = h('div', { class: 'phone-tabs', role: 'tablist', 'aria-label': 'Telefones' })
const lost = h('span', { class: 'offline-note', hidden: true }, 'Sem ligação com o emulador. Tentando de novo…')
const stage = h('div', { class: 'stage' }, shelf)
let current: string | null = null
/** Tells a customer with a new number from another customer. */
let currentSince = 0
let reported: { waId: string; phoneNumberId: string } | null = null

function add(): void {
  openAddCustomer(state, (waId) => {
    select(waId)
  })
}

/** The phone somebody looks at has its chat open; all others are closed. */
function reportOpen(): void {
  const customer = state.customers.find((entry) => entry.waId === current && entry.onDesk)
  const looking = document.visibilityState === 'visible' && customer && !groups.has(customer.waId)
  const wanted = looking ? { waId: customer.waId, phoneNumberId: customer.phoneNumberId } : null
  if (reported && (reported.waId !== wanted?.waId || reported.phoneNumberId !== wanted.phoneNumberId)) {
    attempt(openChat(reported.phoneNumberId, reported.waId, false), 'Sem ligação com o emulador')
  }
  if (wanted) attempt(openChat(wanted.phoneNumberId, wanted.waId, true), 'Sem ligação com o emulador')
  reported = wanted
  for (const [waId, { frame }] of phones) frame.setOpen(waId === wanted?.waId)
}

function select(waId: string | null): void {
  if (current !== waId) {
    current = waId
    currentSince = state.customers.find((customer) => customer.waId === waId)?.createdAt ?? 0
    reportOpen()
  }
  for (const [id, { frame }] of phones) frame.setCurrent(id === current)
  for (const tab of tabs.querySelectorAll('button')) tab.setAttribute('aria-selected', String(tab.dataset.customer === current))
}

/** Draws one customer's phone anew when something about it changed. */
function drawPhone(customer: (typeof state.customers)[number]): void {
  const number = state.numbers.find((entry) => entry.phoneNumberId === customer.phoneNumberId)
  if (!number) return
  const chosen = state.groups.find((entry) => entry.id === groups.get(customer.waId))
  const group = chosen?.phoneNumberId === number.phoneNumberId && chosen.participants.includes(customer.waId) ? chosen : null
  if (!group) groups.delete(customer.waId)
  const chat = state.chats.get(keyOf(number.phoneNumberId, customer.waId))
  const flags = [
    chat?.blockedByCustomer,
    chat?.marketingStopped,
    chat?.threadRole,
    group,
    state.calls.find((call) => call.waId === customer.waId && call.phoneNumberId === number.phoneNumberId),
  ]
  const drawnFrom = JSON.stringify([customer, number.verifiedName, number.displayPhoneNumber, state.numbers.length, ...flags])
  const old = phones.get(customer.waId)
  if (old?.drawnFrom === drawnFrom) return
  const showGroup = (groupId: string | null): void => {
    if (groupId) groups.set(customer.waId, groupId)
    else groups.delete(customer.waId)
    draw()
  }
  const frame = createPhoneFrame(state, customer, number, { group, showGroup })
  frame.element.addEventListener('pointerdown', () => select(customer.waId))
  frame.element.addEventListener('focusin', () => select(customer.waId))
  if (old) {
    old.frame.element.replaceWith(frame.element)
    keepDraft(old.frame.element, frame.element)
    old.frame.remove()
  } else shelf.append(frame.element)
  phones.set(customer.waId, { frame, drawnFrom })
}

/** What was being written goes into the new frame. */
function keepDraft(from: HTMLElement, to: HTMLElement): void {
  const [old, fresh] = [from, to].map((element) => element.querySelector<HTMLTextAreaElement>('.field textarea'))
  if (!old?.value || !fresh) return
  fresh.value = old.value
  fresh.dispatchEvent(new Event('input'))
}

function draw(): void {
  // A customer with a new number keeps the place on the desk.
  const onDesk = state.customers.filter((customer) => customer.onDesk).sort((a, b) => a.createdAt - b.createdAt)
  const wanted = new Set(onDesk.map((customer) => customer.waId))
  for (const [waId, { frame }] of phones) {
    if (wanted.has(waId)) continue
    frame.remove()
    phones.delete(waId)
  }
  for (const customer of onDesk) drawPhone(customer)
  onDesk.forEach((customer, place) => {
    const element = phones.get(customer.waId)?.frame.element
    if (element && shelf.children[place] !== element) shelf.insertBefore(element, shelf.children[place] ?? null)
  })
  const [first] = onDesk
  if (!current || !wanted.has(current))
    current = onDesk.find((customer) => customer.createdAt === currentSince)?.waId ?? (small.matches && first ? first.waId : null)
  drawTabs(onDesk)
  shelf.querySelector('.empty-desk')?.remove()
  if (!first)
    shelf.append(
      h(
        'div',
        { class: 'empty-desk' },
        h('h2', {}, 'Nenhum telefone na mesa'),
        h('p', {}, 'Adicione um cliente para escrever ao negócio como ele escreveria.'),
      ),
    )
  select(current)
  reportOpen()
}

function drawTabs(onDesk: typeof state.customers): void {
  tabs.replaceChildren(
    ...onDesk.map((customer) =>
      h('button', { type: 'button', role: 'tab', 'data-customer': customer.waId, onclick: () => select(customer.waId) }, customer.name),
    ),
  )
}

/** The panel is loaded when somebody first asks for it. */
let backstage: { element: HTMLElement; show(): void } | null = null
async function toggleBackstage(): Promise<void> {
  if (!backstage) {
    const { createBackstage } = await import('./backstage/backstage.ts')
    backstage = createBackstage(state, () => void toggleBackstage())
    stage.append(backstage.element)
  }
  const shown = backstage.element.hidden
  if (shown) backstage.show()
  else backstage.element.hidden = true
  backstageButton.setAttribute('aria-pressed', String(shown))
  if (!shown) backstageButton.focus()
}

const logo = h('img', { class: 'logo', src: '/phone/icon.svg', alt: '' })
const backstageButton = h(
  'button',
  {
    type: 'button',
    class: 'button',
    'aria-label': 'Bastidores',
    'aria-pressed': 'false',
    onclick: () => void toggleBackstage().catch((error: unknown) => showNotice(`Os bastidores não abriram: ${String(error)}`)),
  },
  icon('tools', 18),
  h('span', {}, 'Bastidores'),
)
const addButton = h(
  'button',
  { type: 'button', class: 'button', 'aria-label': 'Adicionar cliente', onclick: add },
  icon('plus', 18),
  h('span', {}, 'Adicionar cliente'),
)
document
  .getElementById('desk')
  ?.append(
    h(
      'header',
      { class: 'desk-bar' },
      h('h1', {}, logo, h('span', {}, 'Emulador'), h('small', {}, 'Os celulares dos clientes, para testar o atendimento')),
      tabs,
      h('span', { class: 'space' }),
      lost,
      backstageButton,
      addButton,
    ),
    stage,
  )
document.addEventListener('visibilitychange', reportOpen)
small.addEventListener('change', draw)
state.listen((change) => {
  if (change.kind === 'desk') draw()
  if (change.kind === 'connection') lost.hidden = state.connected
})
state.connect()
