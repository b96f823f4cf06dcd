import type { Platform } from '../../src/control/backstage-types.ts'
import type { BusinessNumber, Customer } from '../../src/emulator-types.ts'
import { call } from '../api-client.ts'
import { h, iconButton } from '../dom.ts'
import type { PageState } from '../page-state.ts'
import { buildAppSection } from './app-section.ts'
import { buildChatSection } from './chat-section.ts'
import { createCrowdSection } from './crowd-section.ts'
import { buildDeliverySection } from './delivery-section.ts'
import { buildFieldSection } from './field-section.ts'
import { createLogSection } from './log-section.ts'
import { buildNumberSection } from './number-section.ts'
import { createRawSection } from './raw-section.ts'
import { buildTemplateSection } from './template-section.ts'

/** What the sections work on: one number and one customer, chosen at the top. */
export interface Backstage {
  state: PageState
  number: BusinessNumber
  customer: Customer | undefined
  platform: Platform
}

interface Section {
  title: string
  about: string
  build(stage: Backstage): Node[]
}

/** The panel behind the stage: everything Meta, the network and the business's own app can do. */
export function createBackstage(state: PageState, leave: () => void): { element: HTMLElement; show(): void } {
  const body = h('div', { class: 'backstage-body' })
  const element = h(
    'aside',
    { class: 'backstage', 'aria-label': 'Bastidores', hidden: true },
    h('header', {}, h('h2', {}, 'Bastidores'), h('small', {}, 'o que a Meta e a rede fazem'), iconButton('close', 'Fechar bastidores', leave)),
    body,
  )
  const crowd = createCrowdSection()
  const log = createLogSection()
  const raw = createRawSection()
  const sections: Section[] = [
    { title: 'Multidão', about: 'Muita gente escrevendo', build: (stage) => crowd(stage) },
    { title: 'Conversa', about: 'Janela, relógio, quem atende, ligações', build: buildChatSection },
    { title: 'Entrega dos avisos', about: 'Atrasos, repetições, ordem, lotes', build: buildDeliverySection },
    { title: 'Número e conta', about: 'Token, falhas, qualidade, limites, punições', build: buildNumberSection },
    { title: 'Modelos', about: 'Aprovar, recusar, pausar, mudar categoria', build: buildTemplateSection },
    { title: 'Aplicativo do negócio', about: 'Ecos, histórico e agenda', build: buildAppSection },
    { title: 'Outros avisos', about: 'Cada campo que a Meta envia', build: buildFieldSection },
    { title: 'Aviso cru', about: 'Qualquer corpo, bem ou mal assinado', build: (stage) => raw(stage) },
    { title: 'Últimos avisos', about: 'O que saiu e o que foi respondido', build: () => log() },
  ]
  const opened = new Set(['Multidão'])
  let chosenNumber = ''
  let chosenCustomer = ''

  function choose(what: { number?: string; customer?: string }): void {
    chosenNumber = what.number ?? chosenNumber
    chosenCustomer = what.customer ?? chosenCustomer
    void draw()
  }

  async function draw(): Promise<void> {
    const number = state.numbers.find((entry) => entry.phoneNumberId === chosenNumber) ?? state.numbers[0]
    if (!number || element.hidden) return
    const desk = state.customers.filter((entry) => entry.onDesk).sort((a, b) => a.createdAt - b.createdAt)
    const customer = desk.find((entry) => entry.waId === chosenCustomer) ?? desk[0]
    const platform = await call<Platform>('GET', `numbers/${number.phoneNumberId}/platform`)
    if (isBusy(body)) return
    const stage: Backstage = { state, number, customer, platform }
    const scroll = body.scrollTop
    body.replaceChildren(buildTargets(stage, desk, choose), ...sections.map((section) => buildSection(section, stage)))
    body.scrollTop = scroll
  }

  function buildSection(section: Section, stage: Backstage): HTMLElement {
    const content = h('div', { class: 'section-body' })
    const details = h('details', { open: opened.has(section.title) }, h('summary', {}, h('b', {}, section.title), h('small', {}, section.about)), content)
    const fill = (): void => {
      if (content.childElementCount === 0) content.append(...section.build(stage))
    }
    if (opened.has(section.title)) fill()
    details.addEventListener('toggle', () => {
      if (details.open) opened.add(section.title)
      else opened.delete(section.title)
      if (details.open) fill()
    })
    return details
  }

  state.listen((change) => {
    if (change.kind === 'desk') void draw()
  })
  return {
    element,
    show() {
      element.hidden = false
      void draw()
    },
  }
}

/** Somebody is choosing or writing: the field must not be taken away. A switch that was just pressed may be. */
function isBusy(body: HTMLElement): boolean {
  const active = document.activeElement
  if (!active || !body.contains(active) || !/^(INPUT|SELECT|TEXTAREA)$/.test(active.tagName)) return false
  return !(active instanceof HTMLInputElement && active.type === 'checkbox')
}

function buildTargets(stage: Backstage, desk: Customer[], choose: (what: { number?: string; customer?: string }) => void): HTMLElement {
  const numbers = h(
    'select',
    {},
    ...stage.state.numbers.map((entry) =>
      h('option', { value: entry.phoneNumberId, selected: entry === stage.number }, `${entry.verifiedName} · ${entry.displayPhoneNumber}`),
    ),
  )
  const people = h('select', {}, ...desk.map((entry) => h('option', { value: entry.waId, selected: entry === stage.customer }, entry.name)))
  numbers.addEventListener('change', () => {
    numbers.blur()
    choose({ number: numbers.value })
  })
  people.addEventListener('change', () => {
    people.blur()
    choose({ customer: people.value })
  })
  return h('div', { class: 'targets' }, h('label', {}, 'Número', numbers), h('label', {}, 'Cliente', people))
}
