import type { ShownTemplate, TemplateButton, TemplateCard, TemplateParts, TemplateValues } from './templates.ts'

/** Pure: what a template says once it is filled. The server sends by it, the web client shows it while somebody types. */

const VARIABLE = /\{\{\s*([^{}]*?)\s*\}\}/g

/** Names of the variables in order of appearance, each once. */
export const variablesIn = (text: string): string[] => [...new Set([...text.matchAll(VARIABLE)].map((m) => m[1] ?? ''))]

/** A variable without a value stays as it is written. */
export const fillText = (text: string, values: Readonly<Record<string, string>>): string =>
  text.replace(VARIABLE, (whole, name: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined
    return value === undefined || value === '' ? whole : value
  })

/** What Meta writes in authentication templates, in the languages used most here (Cloud API, authentication templates). */
const AUTH_TEXTS = {
  pt: {
    body: '*{{1}}* é seu código de verificação.',
    advice: ' Para sua segurança, não o compartilhe.',
    expires: (minutes: number) => `Este código expira em ${minutes} minutos.`,
    button: 'Copiar código',
  },
  en: {
    body: '*{{1}}* is your verification code.',
    advice: ' For your security, do not share this code.',
    expires: (minutes: number) => `This code expires in ${minutes} minutes.`,
    button: 'Copy code',
  },
} as const
const authTexts = (language: string) => (language.startsWith('pt') ? AUTH_TEXTS.pt : AUTH_TEXTS.en)

/** The text of the body: ours, or the one that Meta writes for codes. */
export function bodyOf(parts: TemplateParts, language: string): string {
  if (!parts.auth || parts.body !== '') return parts.body
  const texts = authTexts(language)
  return texts.body + (parts.auth.securityAdvice ? texts.advice : '')
}

export function footerOf(parts: TemplateParts, language: string): string | null {
  if (parts.auth?.expiresMinutes) return authTexts(language).expires(parts.auth.expiresMinutes)
  return parts.footer
}

type Shown = ShownTemplate
type ShownButton = Shown['buttons'][number]
const button = (kind: string, text: string, more: Partial<ShownButton> = {}): ShownButton => ({ kind, text, url: null, phone: null, code: null, ...more })

const OWN_TEXTS: Record<string, { pt: string; en: string }> = {
  copy_code: { pt: 'Copiar código da oferta', en: 'Copy offer code' },
  catalog: { pt: 'Ver catálogo', en: 'View catalog' },
  mpm: { pt: 'Ver itens', en: 'View items' },
  spm: { pt: 'Ver item', en: 'View item' },
  voice_call: { pt: 'Ligar pelo WhatsApp', en: 'Call on WhatsApp' },
  request_contact_info: { pt: 'Compartilhar contato', en: 'Share contact' },
}
const ownText = (kind: string, language: string) => OWN_TEXTS[kind]?.[language.startsWith('pt') ? 'pt' : 'en'] ?? kind

/** Where the variable of an address stands, its value is put. */
export const fillUrl = (url: string, value: string | undefined): string => (value ? url.replace(VARIABLE, () => value) : url)

function showButton(b: TemplateButton, value: string | undefined, language: string, code: string | undefined): ShownButton {
  switch (b.kind) {
    case 'url':
      return button('url', b.text, { url: fillUrl(b.url, b.variable ? value : undefined) })
    case 'phone':
      return button('phone', b.text, { phone: b.phone })
    case 'copy_code':
      return button('copy_code', ownText('copy_code', language), { code: value ?? b.example })
    case 'otp':
      return button('otp', b.text || authTexts(language).button, { code: code ?? null })
    case 'quick_reply':
    case 'flow':
      return button(b.kind, b.text)
    case 'other':
      return button(b.original, b.text ?? b.original)
    default:
      return button(b.kind, b.text || ownText(b.kind, language))
  }
}

type Values = Pick<TemplateValues, 'body' | 'buttons'>
const valueAt = (values: Values, index: number) => values.buttons.find((b) => b.index === index)?.value || undefined
const showButtons = (list: readonly TemplateButton[], values: Values, language: string): ShownButton[] =>
  list.map((b, i) => showButton(b, valueAt(values, i), language, values.body['1']))

function showHeader(parts: TemplateParts, values: TemplateValues): Shown['header'] {
  const { header } = parts
  const given = values.header
  if (!header) return null
  if (header.kind === 'text') {
    const value = given?.kind === 'text' ? given.value : ''
    return { kind: 'text', text: header.variable ? fillText(header.text, { [header.variable.name]: value }) : header.text }
  }
  if (header.kind === 'location') {
    const { latitude, longitude, name, address } = given?.kind === 'location' ? given : { latitude: 0, longitude: 0, name: '', address: '' }
    return { kind: 'location', latitude, longitude, name, address }
  }
  return { kind: header.kind === 'gif' ? 'video' : header.kind, media: null }
}

const showCard = (card: TemplateCard, values: TemplateValues['cards'][number] | undefined, language: string): Shown['cards'][number] => ({
  header: { kind: card.header.kind, media: null },
  body: fillText(card.body ?? '', values?.body ?? {}),
  buttons: showButtons(card.buttons, { body: {}, buttons: values?.buttons ?? [] }, language),
})

type Named = { name: string; language: string; category: string; parts: TemplateParts }
/** The template as the person will see it; media are put in by who has them. */
export const showTemplate = ({ name, language, category, parts }: Named, values: TemplateValues): Shown => ({
  name,
  language,
  category,
  header: showHeader(parts, values),
  body: fillText(bodyOf(parts, language), values.body),
  footer: footerOf(parts, language),
  buttons: showButtons(parts.buttons, values, language),
  cards: (parts.cards ?? []).map((card, i) => showCard(card, values.cards[i], language)),
})

/** The samples that Meta's reviewers see, as values. */
export function sampleValues(parts: TemplateParts): TemplateValues {
  const bodyOfList = (list: readonly { name: string; example: string }[]) => Object.fromEntries(list.map((v) => [v.name, v.example]))
  const buttonsOf = (list: readonly TemplateButton[]) =>
    list.flatMap((b, index) =>
      b.kind === 'url' && b.variable ? [{ index, value: b.variable.example }] : b.kind === 'copy_code' ? [{ index, value: b.example }] : [],
    )
  return {
    ...(parts.header?.kind === 'text' && parts.header.variable ? { header: { kind: 'text', value: parts.header.variable.example } } : {}),
    body: parts.auth ? { 1: '123456', ...bodyOfList(parts.variables) } : bodyOfList(parts.variables),
    buttons: buttonsOf(parts.buttons),
    cards: (parts.cards ?? []).map((c) => ({
      ...(c.header.exampleMediaId ? { mediaId: c.header.exampleMediaId } : {}),
      body: bodyOfList(c.variables),
      buttons: buttonsOf(c.buttons),
    })),
  }
}
