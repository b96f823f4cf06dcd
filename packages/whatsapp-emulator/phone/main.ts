import { openAddCustomer } from './add-customer.ts'
import { attempt, openChat } from './api-client.ts'
import { h, icon } from './dom.ts'
import { createPageState } from './page-state.ts'
import { createPhoneFrame, type PhoneFrame } from './phone-frame.ts'

const state = createPageState()
const phones = new Map<string, { frame: PhoneFrame; drawnFrom: string }>()
const small = matchMedia('(max-width: 720px)')
const shelf = h('main', { class: 'phones' })
const tabs = h('div', { class: 'phone-tabs', role: 'tablist', 'aria-label': 'Telefones' })
const lost = h('span', { class: 'offline-note', hidden: true }, 'Sem ligação com o emulador. Tentando de novo…')
let current: string | null = null
let reported: { waId: string; phoneNumberId: string } | null = null

function add(): void {
  openAddCustomer(state, (waId) => {
    select(waId)
  })
}

/** The phone somebody looks at has its chat open; all others are closed. */
function reportOpen(): void {
  const customer = state.customers.find((entry) => entry.waId === current && entry.onDesk)
  const wanted = customer && document.visibilityState === 'visible' ? { waId: customer.waId, phoneNumberId: customer.phoneNumberId } : null
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
    reportOpen()
  }
  for (const [id, { frame }] of phones) frame.setCurrent(id === current)
  for (const tab of tabs.querySelectorAll('button')) tab.setAttribute('aria-selected', String(tab.dataset.customer === current))
}

function draw(): void {
  const onDesk = state.customers.filter((customer) => customer.onDesk)
  const wanted = new Set(onDesk.map((customer) => customer.waId))
  for (const [waId, { frame }] of phones) {
    if (wanted.has(waId)) continue
    frame.remove()
    phones.delete(waId)
  }
  for (const customer of onDesk) {
    const number = state.numbers.find((entry) => entry.phoneNumberId === customer.phoneNumberId)
    if (!number) continue
    const drawnFrom = JSON.stringify([customer, number.verifiedName, number.displayPhoneNumber, state.numbers.length])
    const old = phones.get(customer.waId)
    if (old?.drawnFrom === drawnFrom) continue
    const frame = createPhoneFrame(state, customer, number)
    frame.element.addEventListener('pointerdown', () => select(customer.waId))
    frame.element.addEventListener('focusin', () => select(customer.waId))
    if (old) {
      old.frame.element.replaceWith(frame.element)
      old.frame.remove()
    } else shelf.append(frame.element)
    phones.set(customer.waId, { frame, drawnFrom })
  }
  const [first] = onDesk
  if (!current || !wanted.has(current)) current = small.matches && first ? first.waId : null
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

const logo = h('img', { class: 'logo', src: '/phone/icon.svg', alt: '' })
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
      addButton,
    ),
    shelf,
  )
document.addEventListener('visibilitychange', reportOpen)
small.addEventListener('change', draw)
state.listen((change) => {
  if (change.kind === 'desk') draw()
  if (change.kind === 'connection') lost.hidden = state.connected
})
state.connect()
