import { h } from './dom.ts'
import { openSheet } from './sheet.ts'

export interface FormField {
  name: string
  label: string
  value?: string
  type?: string
  required?: boolean
  hint?: string
  options?: { value: string; label: string }[]
}

/** A form in a sheet; `done` gets the texts that were filled in. */
export function openForm(
  screen: HTMLElement,
  form: { title: string; submit: string; intro?: string; fields: FormField[]; done(values: Record<string, string>): void },
): void {
  const inputs = form.fields.map((field) => {
    const input = field.options
      ? h(
          'select',
          { name: field.name },
          ...field.options.map((option) => h('option', { value: option.value, selected: option.value === field.value }, option.label)),
        )
      : h('input', {
          name: field.name,
          type: field.type ?? 'text',
          value: field.value ?? '',
          required: field.required ?? false,
          autocomplete: 'off',
          ...(field.type === 'number' ? { step: 'any' } : {}),
        })
    return { field, input, label: h('label', { class: 'field-line' }, field.label, input, field.hint ? h('small', {}, field.hint) : null) }
  })
  const element = h(
    'form',
    { class: 'sheet-form' },
    form.intro ? h('p', {}, form.intro) : null,
    ...inputs.map((entry) => entry.label),
    h('button', { class: 'button main wide' }, form.submit),
  )
  element.addEventListener('submit', (event) => {
    event.preventDefault()
    const values = Object.fromEntries(inputs.map(({ field, input }) => [field.name, input.value.trim()]))
    close()
    form.done(values)
  })
  const close = openSheet(screen, form.title, element)
  inputs[0]?.input.focus()
}
