import { variablesIn } from '@atende/contracts/template-text'
import type { TemplateButton, TemplateCard, TemplateParts, TemplateValues } from '@atende/contracts/templates'

/**
 * Pure: filled values as the `components` of a send (Cloud API, send templates). Files stand in as `{ mediaId }`, ours, until they
 * are uploaded; `templateBody` puts Meta's ids in their place.
 */
type Raw = Record<string, unknown>
type Format = 'positional' | 'named'
export type StoredSend = { name: string; language: string; components: Raw[] }

const textOf = (text: string) => ({ type: 'text', text })

function bodyParameters(text: string, values: Readonly<Record<string, string>>, format: Format): Raw[] {
  const names = variablesIn(text)
  const ordered = format === 'positional' ? names.toSorted((a, b) => Number(a) - Number(b)) : names
  return ordered.map((name) => ({ type: 'text', ...(format === 'named' ? { parameter_name: name } : {}), text: values[name] ?? '' }))
}
const component = (type: string, parameters: Raw[]): Raw[] => (parameters.length > 0 ? [{ type, parameters }] : [])

const mediaParameter = (kind: 'image' | 'video' | 'document', mediaId: string, filename: string | null): Raw => ({
  type: kind,
  [kind]: { mediaId, ...(kind === 'document' && filename ? { filename } : {}) },
})

function headerParameters(header: TemplateParts['header'], given: TemplateValues['header'], format: Format, filename: string | null): Raw[] {
  if (!header || !given || header.kind === 'gif') return []
  if (header.kind === 'text') {
    return header.variable && given.kind === 'text' ? bodyParameters(header.text, { [header.variable.name]: given.value }, format) : []
  }
  if (header.kind === 'location') {
    if (given.kind !== 'location') return []
    const { latitude, longitude, name, address } = given
    return [{ type: 'location', location: { latitude: String(latitude), longitude: String(longitude), name, address } }]
  }
  return given.kind === 'media' ? [mediaParameter(header.kind, given.mediaId, filename)] : []
}

/** Buttons that carry something; a quick reply only when a payload was given (without one WhatsApp answers with its text). */
function buttonComponent(b: TemplateButton, index: number, value: string | undefined, code: string | undefined): Raw[] {
  const made = (sub: string, parameter: Raw): Raw[] => [{ type: 'button', sub_type: sub, index: String(index), parameters: [parameter] }]
  switch (b.kind) {
    case 'url':
      return b.variable ? made('url', textOf(value ?? '')) : []
    case 'copy_code':
      return made('copy_code', { type: 'coupon_code', coupon_code: value ?? '' })
    case 'quick_reply':
      return value ? made('quick_reply', { type: 'payload', payload: value }) : []
    case 'flow':
      return made('flow', { type: 'action', action: value ? { flow_token: value } : {} })
    // The code stands twice: in the body, and at the end of the button's address (Cloud API, authentication templates).
    case 'otp':
      return made('url', textOf(code ?? ''))
    default:
      return []
  }
}

const valueAt = (list: TemplateValues['buttons'], index: number) => list.find((b) => b.index === index)?.value || undefined

function cardComponents(card: TemplateCard, index: number, values: TemplateValues['cards'][number], format: Format): Raw {
  return {
    card_index: index,
    components: [
      { type: 'header', parameters: [mediaParameter(card.header.kind, values.mediaId ?? '', null)] },
      ...component('body', bodyParameters(card.body ?? '', values.body, format)),
      ...card.buttons.flatMap((b, i) => buttonComponent(b, i, valueAt(values.buttons, i), undefined)),
    ],
  }
}

type Template = { name: string; language: string; parameterFormat: Format; parts: TemplateParts }
/** @param filename of the header's document, shown to the person */
export function buildSend(template: Template, values: TemplateValues, filename: string | null): StoredSend {
  const { parts, parameterFormat: format, name, language } = template
  const body = parts.auth ? bodyParameters('{{1}}', values.body, 'positional') : bodyParameters(parts.body, values.body, format)
  const ends = values.offerEndsAt ? Date.parse(values.offerEndsAt) : undefined
  const cards = (parts.cards ?? []).flatMap((card, i) => {
    const given = values.cards[i]
    return given ? [cardComponents(card, i, given, format)] : []
  })
  const components: Raw[] = [
    ...component('header', headerParameters(parts.header, values.header, format, filename)),
    ...component('body', body),
    ...(parts.offer && ends
      ? [{ type: 'limited_time_offer', parameters: [{ type: 'limited_time_offer', limited_time_offer: { expiration_time_ms: ends } }] }]
      : []),
    ...parts.buttons.flatMap((b, i) => buttonComponent(b, i, valueAt(values.buttons, i), values.body['1'])),
    ...(cards.length > 0 ? [{ type: 'carousel', cards }] : []),
  ]
  return { name, language, components }
}
