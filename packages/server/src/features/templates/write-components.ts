import { fillUrl, variablesIn } from '@atende/contracts/template-text'
import type { TemplateButton, TemplateCard, TemplateParts, TemplateVariable } from '@atende/contracts/templates'
import { type Component, componentOf, readComponents } from './read-components.ts'

/** Pure: our parts as Meta's components (Cloud API, template components). */

type Format = 'positional' | 'named'
type Raw = Record<string, unknown>
/** `handles`: what Meta gave for our uploaded samples, by media id. `stored`: the components as Meta gave them, for what we do not know. */
export type WriteOptions = { format: Format; handles?: ReadonlyMap<string, string>; stored?: unknown }

const KNOWN = new Set(['HEADER', 'BODY', 'FOOTER', 'BUTTONS', 'CAROUSEL', 'LIMITED_TIME_OFFER'])
const sampleOf = (name: string, variables: readonly TemplateVariable[]) => variables.find((v) => v.name === name)?.example ?? name

function textExample(text: string, variables: readonly TemplateVariable[], key: 'header_text' | 'body_text', format: Format): Raw {
  const names = variablesIn(text)
  if (names.length === 0) return {}
  if (format === 'named') {
    return { example: { [`${key}_named_params`]: names.map((n) => ({ param_name: n, example: sampleOf(n, variables) })) } }
  }
  const samples = names.toSorted((a, b) => Number(a) - Number(b)).map((n) => sampleOf(n, variables))
  return { example: { [key]: key === 'body_text' ? [samples] : samples } }
}

const handleOf = (h: { exampleMediaId?: string | undefined; example?: string | undefined }, handles: WriteOptions['handles']): Raw => {
  const handle = (h.exampleMediaId && handles?.get(h.exampleMediaId)) ?? h.example
  return handle ? { example: { header_handle: [handle] } } : {}
}

function writeHeader(header: NonNullable<TemplateParts['header']>, o: WriteOptions): Raw {
  if (header.kind === 'location') return { type: 'HEADER', format: 'LOCATION' }
  if (header.kind !== 'text') return { type: 'HEADER', format: header.kind.toUpperCase(), ...handleOf(header, o.handles) }
  return { type: 'HEADER', format: 'TEXT', text: header.text, ...textExample(header.text, header.variable ? [header.variable] : [], 'header_text', o.format) }
}

const OTP_TERMS = { zero_tap_terms_accepted: true }
function writeOtp(b: Extract<TemplateButton, { kind: 'otp' }>): Raw {
  const apps = b.apps?.map((a) => ({ package_name: a.packageName, signature_hash: a.signatureHash }))
  return {
    type: 'OTP',
    otp_type: b.otp,
    ...(b.text ? { text: b.text } : {}),
    ...(apps && b.otp !== 'COPY_CODE' ? { supported_apps: apps } : {}),
    ...(b.otp === 'ZERO_TAP' ? OTP_TERMS : {}),
  }
}

function writeButton(b: TemplateButton, stored: readonly Raw[]): Raw {
  switch (b.kind) {
    case 'quick_reply':
      return { type: 'QUICK_REPLY', text: b.text }
    case 'url':
      return { type: 'URL', text: b.text, url: b.url, ...(b.variable ? { example: [fillUrl(b.url, b.variable.example)] } : {}) }
    case 'phone':
      return { type: 'PHONE_NUMBER', text: b.text, phone_number: b.phone }
    case 'copy_code':
      return { type: 'COPY_CODE', example: b.example }
    case 'flow':
      return {
        type: 'FLOW',
        text: b.text,
        ...(b.flowId ? { flow_id: b.flowId } : {}),
        ...(b.screen ? { flow_action: 'navigate', navigate_screen: b.screen } : {}),
      }
    case 'otp':
      return writeOtp(b)
    case 'other':
      return (
        stored.find((s) => String(s.type).toUpperCase() === b.original && (s.text ?? undefined) === b.text) ?? {
          type: b.original,
          ...(b.text ? { text: b.text } : {}),
        }
      )
    default:
      return { type: b.kind.toUpperCase(), ...(b.text ? { text: b.text } : {}) }
  }
}

const writeButtons = (buttons: readonly TemplateButton[], stored: Component | undefined): Raw => {
  const before = Array.isArray(stored?.buttons) ? stored.buttons.filter((b): b is Raw => typeof b === 'object' && b !== null) : []
  return { type: 'BUTTONS', buttons: buttons.map((b) => writeButton(b, before)) }
}

function writeCard(card: TemplateCard, o: WriteOptions): Raw {
  return {
    components: [
      { type: 'HEADER', format: card.header.kind.toUpperCase(), ...handleOf(card.header, o.handles) },
      ...(card.body ? [{ type: 'BODY', text: card.body, ...textExample(card.body, card.variables, 'body_text', o.format) }] : []),
      ...(card.buttons.length > 0 ? [writeButtons(card.buttons, undefined)] : []),
    ],
  }
}

/** The body and the footer of a code are Meta's words; we only choose. */
const writeAuth = (parts: TemplateParts, auth: NonNullable<TemplateParts['auth']>): Raw[] => [
  { type: 'BODY', add_security_recommendation: auth.securityAdvice },
  ...(auth.expiresMinutes === null ? [] : [{ type: 'FOOTER', code_expiration_minutes: auth.expiresMinutes }]),
  writeButtons(parts.buttons, undefined),
]

/** What is sent to create or change a template. Components of Meta's that we do not know are given back as they came. */
export function componentsFromParts(parts: TemplateParts, options: WriteOptions): Raw[] {
  if (parts.auth) return writeAuth(parts, parts.auth)
  const stored = readComponents(options.stored)
  return [
    ...(parts.header ? [writeHeader(parts.header, options)] : []),
    ...(parts.offer ? [{ type: 'LIMITED_TIME_OFFER', limited_time_offer: { text: parts.offer.text, has_expiration: parts.offer.hasExpiration } }] : []),
    { type: 'BODY', text: parts.body, ...textExample(parts.body, parts.variables, 'body_text', options.format) },
    ...(parts.footer === null ? [] : [{ type: 'FOOTER', text: parts.footer }]),
    ...(parts.buttons.length > 0 ? [writeButtons(parts.buttons, componentOf(stored, 'BUTTONS'))] : []),
    ...(parts.cards ? [{ type: 'CAROUSEL', cards: parts.cards.map((c) => writeCard(c, options)) }] : []),
    ...stored.filter((c) => !KNOWN.has(c.type)),
  ]
}
