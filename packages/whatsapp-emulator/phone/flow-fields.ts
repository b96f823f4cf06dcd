import { isObject, type Json, type JsonObject, readObject, readText } from '../src/json.ts'
import { h } from './dom.ts'
import { resolveFlow, type Scope } from './flow-scope.ts'
import { formatText } from './format-text.ts'

export interface FlowField {
  name?: string
  element: HTMLElement
  /** Absent for what is only shown. */
  read?: () => Json
}

const TEXTS: Record<string, 'h4' | 'h5' | 'p' | 'small'> = { TextHeading: 'h4', TextSubheading: 'h5', TextBody: 'p', TextCaption: 'small', RichText: 'p' }
const INPUTS: Record<string, string> = { number: 'number', email: 'email', phone: 'tel', password: 'password', passcode: 'password', text: 'text' }

/** One component of a Flow's screen. What the emulator does not know is named instead of left out. */
export function buildFlowField(component: JsonObject, scope: Scope, act: (action: JsonObject) => void): FlowField {
  const type = String(component.type)
  const label = String(resolveFlow(component.label ?? component.text ?? '', scope) ?? '')
  const tag = TEXTS[type]
  if (tag) return { element: h(tag, {}, formatText(readLines(resolveFlow(component.text ?? '', scope)))) }
  const name = readText(component, 'name') ?? type
  const required = resolveFlow(component.required, scope) === true
  switch (type) {
    case 'TextInput':
      return line(name, label, h('input', { type: INPUTS[String(component['input-type'])] ?? 'text', required, value: initial(component, scope) }))
    case 'TextArea':
      return line(name, label, h('textarea', { rows: 3, required }, initial(component, scope)))
    case 'DatePicker':
    case 'CalendarPicker':
      return line(name, label, h('input', { type: 'date', required }))
    case 'Dropdown': {
      const options = readOptions(component, scope).map((option) => h('option', { value: option.id }, option.title))
      return line(name, label, h('select', { required }, h('option', { value: '' }, 'Escolha…'), ...options))
    }
    case 'RadioButtonsGroup':
    case 'CheckboxGroup':
    case 'ChipsSelector':
      return group(name, label, type === 'RadioButtonsGroup', required, readOptions(component, scope))
    case 'OptIn': {
      const input = h('input', { type: 'checkbox', required })
      return { name, element: h('label', { class: 'choice' }, input, label), read: () => input.checked }
    }
    case 'EmbeddedLink':
      return { element: h('button', { type: 'button', class: 'link', onclick: () => act(readObject(component, 'on-click-action') ?? {}) }, label) }
    case 'Image':
      return { element: buildImage(component, scope) }
    default:
      return { element: h('small', { class: 'unknown' }, `Componente “${type}”, que o emulador não desenha`) }
  }
}

function readLines(value: Json): string {
  return Array.isArray(value) ? value.map(String).join('\n') : String(value ?? '')
}

function initial(component: JsonObject, scope: Scope): string {
  const value = resolveFlow(component['init-value'], scope)
  return value === undefined || value === null ? '' : String(value)
}

function line(name: string, label: string, input: HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement): FlowField {
  return { name, element: h('label', { class: 'field-line' }, label, input), read: () => input.value }
}

interface Option {
  id: string
  title: string
  description: string
}

function readOptions(component: JsonObject, scope: Scope): Option[] {
  const source = resolveFlow(component['data-source'], scope)
  return (Array.isArray(source) ? source.filter(isObject) : []).map((entry) => ({
    id: String(entry.id ?? entry.title ?? ''),
    title: String(entry.title ?? entry.id ?? ''),
    description: readText(entry, 'description') ?? '',
  }))
}

function group(name: string, label: string, single: boolean, required: boolean, options: Option[]): FlowField {
  const key = `${name}-${Math.random()}`
  const inputs = options.map((option) => ({
    option,
    input: h('input', { type: single ? 'radio' : 'checkbox', name: key, value: option.id, required: required && single }),
  }))
  const lines = inputs.map(({ option, input }) =>
    h('label', { class: 'choice' }, input, h('span', {}, option.title, option.description ? h('small', {}, option.description) : null)),
  )
  const chosen = (): string[] => inputs.filter(({ input }) => input.checked).map(({ option }) => option.id)
  return { name, element: h('fieldset', {}, h('legend', {}, label), ...lines), read: () => (single ? (chosen()[0] ?? '') : chosen()) }
}

function buildImage(component: JsonObject, scope: Scope): HTMLElement {
  const source = String(resolveFlow(component.src ?? '', scope) ?? '')
  const address = source.startsWith('data:') ? source : `data:image/png;base64,${source}`
  return h('img', { src: address, alt: readText(component, 'alt-text') ?? '' })
}
