import { variablesIn } from '@atende/contracts/template-text'
import type { TemplateButton, TemplateParts, TemplateValues } from '@atende/contracts/templates'

/** Pure: what the picker holds while a template is filled. */

export const NO_VALUES: TemplateValues = { body: {}, buttons: [], cards: [] }

/** Cards are there from the start, each waiting for its picture. */
export const startValues = (parts: TemplateParts): TemplateValues => ({ ...NO_VALUES, cards: (parts.cards ?? []).map(() => ({ body: {}, buttons: [] })) })

/** Suggestions fill what nobody has touched. */
export function withSuggestions(parts: TemplateParts, values: TemplateValues, suggestions: Readonly<Record<string, string>>): TemplateValues {
  const names = parts.auth ? [] : variablesIn(parts.body)
  const body = { ...values.body }
  for (const name of names) if (body[name] === undefined && suggestions[name]) body[name] = suggestions[name]
  const { header } = parts
  const title = header?.kind === 'text' && header.variable && values.header === undefined ? suggestions[header.variable.name] : undefined
  return { ...values, body, ...(title ? { header: { kind: 'text', value: title } } : {}) }
}

export const withBody = (values: TemplateValues, name: string, value: string): TemplateValues => ({ ...values, body: { ...values.body, [name]: value } })

type ButtonValues = TemplateValues['buttons']
export const withButton = (buttons: ButtonValues, index: number, value: string): ButtonValues => [
  ...buttons.filter((b) => b.index !== index),
  ...(value === '' ? [] : [{ index, value }]),
]
export const buttonValue = (buttons: ButtonValues, index: number): string => buttons.find((b) => b.index === index)?.value ?? ''

export const withCard = (values: TemplateValues, index: number, change: Partial<TemplateValues['cards'][number]>): TemplateValues => ({
  ...values,
  cards: values.cards.map((card, i) => (i === index ? { ...card, ...change } : card)),
})

/** Buttons that wait for something: the end of an address, or an offer's code. */
export const asksForValue = (b: TemplateButton): boolean => (b.kind === 'url' && b.variable !== undefined) || b.kind === 'copy_code'

export const asksForNothing = (parts: TemplateParts): boolean =>
  !(parts.header && (parts.header.kind !== 'text' || parts.header.variable)) &&
  !parts.auth &&
  variablesIn(parts.body).length === 0 &&
  !parts.buttons.some(asksForValue) &&
  !parts.cards &&
  !parts.offer?.hasExpiration
