import type { CustomerMessage } from '../src/emulator-types.ts'
import { type Json, type JsonObject, readObject, readObjects, readText } from '../src/json.ts'
import type { ChatContext } from './chat-context.ts'
import { h, iconButton } from './dom.ts'
import { buildFlowField, type FlowField } from './flow-fields.ts'
import { parseObject, resolveFlow, type Scope } from './flow-scope.ts'
import { openSheet } from './sheet.ts'

interface Flow {
  parameters: JsonObject
  label: string
  body: string
  answer: (message: CustomerMessage) => void
}

/** Lets the customer fill a Flow: its screens when the emulator knows it, else pairs of name and value (Cloud API, Flows). */
export function openFlowForm(context: ChatContext, flow: Flow): void {
  const { parameters } = flow
  const own = context.state.flows.filter((entry) => entry.wabaId === context.number.wabaId)
  const known = own.find((entry) => entry.id === String(parameters.flow_id)) ?? own.find((entry) => entry.name === parameters.flow_name)
  const screens = readObjects(parseObject(known?.json), 'screens')
  const host = h('div', { class: 'flow' })
  const close = openSheet(context.screen, known?.name ?? flow.label, host)
  const finish = (values: JsonObject): void => {
    close()
    const token = readText(parameters, 'flow_token') ?? 'unused'
    const response = JSON.stringify({ ...values, flow_token: token })
    flow.answer({ type: 'interactive', interactive: { type: 'nfm_reply', nfm_reply: { name: 'flow', body: 'Sent', response_json: response } } })
  }
  const start = readObject(parameters, 'flow_action_payload')
  const first = screens.find((screen) => screen.id === start?.screen) ?? screens[0]
  if (first) showScreen(host, screens, first, { data: readObject(start, 'data') ?? {}, forms: {} }, finish)
  else showPairs(host, finish)
}

/** Draws one screen; its footer leads to the next one or ends the Flow. */
function showScreen(
  host: HTMLElement,
  screens: JsonObject[],
  screen: JsonObject,
  given: Pick<Scope, 'data' | 'forms'>,
  finish: (values: JsonObject) => void,
): void {
  const id = readText(screen, 'id') ?? ''
  const scope: Scope = { ...given, data: { ...exampleData(screen), ...given.data }, form: () => readForm(fields) }
  const fields: FlowField[] = []
  const form = h('form', { class: 'sheet-form' })
  const title = readText(screen, 'title')
  if (title) form.append(h('h4', {}, title))
  const act = (action: JsonObject): void => {
    const payload = resolveFlow(action.payload ?? {}, scope)
    const values = typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? payload : {}
    const forms = { ...given.forms, [id]: readForm(fields) }
    const next = screens.find((entry) => entry.id === readObject(action, 'next')?.name)
    if (action.name === 'navigate' && next) showScreen(host, screens, next, { data: values, forms }, finish)
    // A data exchange asks the business's own endpoint; here it ends the form with what was filled in.
    else finish(Object.keys(values).length > 0 ? values : Object.assign({}, ...Object.values(forms)))
  }
  for (const child of listComponents(readObjects(readObject(screen, 'layout'), 'children'), scope)) {
    if (child.type === 'Footer') form.append(buildFooter(child, form, scope, act))
    else {
      const field = buildFlowField(child, scope, act)
      if (field.read) fields.push(field)
      form.append(field.element)
    }
  }
  form.addEventListener('submit', (event) => event.preventDefault())
  host.replaceChildren(form)
  form.querySelector<HTMLElement>('input, select, textarea')?.focus()
}

/** The components in order, with those inside forms and of the branch that holds. */
function listComponents(children: JsonObject[], scope: Scope): JsonObject[] {
  return children.flatMap((child) => {
    if (child.type === 'Form' || child.type === 'SingleColumnLayout') return listComponents(readObjects(child, 'children'), scope)
    if (child.type !== 'If') return [child]
    return listComponents(readObjects(child, resolveFlow(child.condition, scope) ? 'then' : 'else'), scope)
  })
}

function buildFooter(footer: JsonObject, form: HTMLFormElement, scope: Scope, act: (action: JsonObject) => void): HTMLElement {
  const label = String(resolveFlow(footer.label ?? 'Continuar', scope))
  const press = (): void => {
    if (form.reportValidity()) act(readObject(footer, 'on-click-action') ?? { name: 'complete' })
  }
  return h('button', { class: 'button main wide', onclick: press }, label)
}

function readForm(fields: FlowField[]): JsonObject {
  return Object.fromEntries(fields.flatMap((field) => (field.name && field.read ? [[field.name, field.read()] as [string, Json]] : [])))
}

/** Values a screen names as examples of its data. */
function exampleData(screen: JsonObject): JsonObject {
  const data = readObject(screen, 'data') ?? {}
  return Object.fromEntries(Object.keys(data).map((key) => [key, readObject(data, key)?.__example__]))
}

function showPairs(host: HTMLElement, finish: (values: JsonObject) => void): void {
  const rows = h('div', { class: 'pairs' })
  const add = (name = '', value = ''): void => {
    const row = h(
      'div',
      { class: 'pair' },
      h('input', { value: name, placeholder: 'campo', 'aria-label': 'Nome do campo' }),
      h('input', { value, placeholder: 'valor', 'aria-label': 'Valor do campo' }),
      iconButton('close', 'Tirar campo', () => row.remove()),
    )
    rows.append(row)
  }
  add('nome', 'Marina Souza')
  add('data_entrada', '2026-12-23')
  const form = h(
    'form',
    { class: 'sheet-form' },
    h('p', {}, 'O emulador não conhece as telas deste formulário. Escreva o que o cliente responderia.'),
    rows,
    h('button', { type: 'button', class: 'button', onclick: () => add() }, 'Mais um campo'),
    h('button', { class: 'button main wide' }, 'Enviar respostas'),
  )
  form.addEventListener('submit', (event) => {
    event.preventDefault()
    const pairs = [...rows.children].map((row) => [...row.querySelectorAll('input')].map((input) => input.value.trim()))
    finish(Object.fromEntries(pairs.flatMap(([name, value]) => (name ? [[name, value ?? '']] : []))))
  })
  host.replaceChildren(form)
}
