import { call } from '../api-client.ts'
import { h, showNotice } from '../dom.ts'

/** Runs a change and says in words that it was done. */
export function run(method: 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body: object | undefined, done: string): void {
  call(method, path, body)
    .then(() => {
      if (done) showNotice(done)
    })
    .catch((error: unknown) => showNotice(`Não deu certo: ${error instanceof Error ? error.message : String(error)}`))
}

/** A switch with its label. */
export function toggle(label: string, checked: boolean, change: (on: boolean) => void, hint = ''): HTMLElement {
  const input = h('input', { type: 'checkbox', class: 'switch', role: 'switch', checked })
  input.addEventListener('change', () => change(input.checked))
  return h('label', { class: 'setting' }, h('span', {}, label, hint ? h('small', {}, hint) : null), input)
}

/** A number that is saved when it was changed. */
export function amount(label: string, value: number, change: (value: number) => void, hint = ''): HTMLElement {
  const input = h('input', { type: 'number', min: 0, value, inputmode: 'numeric' })
  input.addEventListener('change', () => change(Math.max(0, Number(input.value) || 0)))
  return h('label', { class: 'setting' }, h('span', {}, label, hint ? h('small', {}, hint) : null), input)
}

export type Option = readonly [value: string, label: string]

/** A choice that is saved at once. */
export function choice(label: string, value: string, options: readonly Option[], change: (value: string) => void, hint = ''): HTMLElement {
  const known = options.some(([option]) => option === value)
  const list = known ? options : [[value, value] as const, ...options]
  const select = h('select', {}, ...list.map(([option, text]) => h('option', { value: option, selected: option === value }, text)))
  select.addEventListener('change', () => change(select.value))
  return h('label', { class: 'setting' }, h('span', {}, label, hint ? h('small', {}, hint) : null), select)
}

/** A select without a saved value. */
export function pick(label: string, options: readonly Option[]): HTMLSelectElement {
  return h('select', { 'aria-label': label }, ...options.map(([option, text]) => h('option', { value: option }, text)))
}

export function button(label: string, onclick: () => void, className = ''): HTMLElement {
  return h('button', { type: 'button', class: `button small ${className}`, onclick }, label)
}

/** Buttons or fields side by side. */
export function line(...children: (Node | string)[]): HTMLElement {
  return h('div', { class: 'line' }, ...children)
}

export function hint(text: string): HTMLElement {
  return h('p', { class: 'hint' }, text)
}
