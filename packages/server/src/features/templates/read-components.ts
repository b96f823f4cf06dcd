import { variablesIn } from '@atende/contracts/template-text'
import type { TemplateButton, TemplateCard, TemplateHeader, TemplateParts, TemplateVariable } from '@atende/contracts/templates'

/** Pure: Meta's components in our words. Whatever Meta writes, this answers something; what it does not know stays in the components. */

type Raw = Record<string, unknown>
const isObject = (v: unknown): v is Raw => typeof v === 'object' && v !== null && !Array.isArray(v)
const objects = (v: unknown): Raw[] => (Array.isArray(v) ? v.filter(isObject) : [])
const text = (v: unknown): string => (typeof v === 'string' ? v : typeof v === 'number' ? String(v) : '')
const upper = (v: unknown): string => text(v).toUpperCase()
const first = (v: unknown): unknown => (Array.isArray(v) ? v[0] : v)
const NAME = /^(\d{1,2}|[a-z][a-z0-9_]{0,59})$/

export type Component = Raw & { type: string }
export const readComponents = (given: unknown): Component[] => objects(given).map((c) => ({ ...c, type: upper(c.type) }))
export const componentOf = (components: readonly Component[], type: string): Component | undefined => components.find((c) => c.type === type)

/** Samples of a text: by position, or by name. Without one the name stands for it, so that nothing is lost. */
function readVariables(template: string, example: unknown, key: 'header_text' | 'body_text'): TemplateVariable[] {
  const ex = isObject(example) ? example : {}
  const flat = Array.isArray(ex[key]) && Array.isArray(ex[key][0]) ? ex[key][0] : ex[key]
  const positional = Array.isArray(flat) ? flat.map(text) : []
  const byName = new Map(objects(ex[`${key}_named_params`]).map((p) => [text(p.param_name), text(p.example)]))
  return variablesIn(template)
    .filter((name) => NAME.test(name))
    .map((name, i) => ({ name, example: (byName.get(name) || (positional[/^\d+$/.test(name) ? Number(name) - 1 : i] ?? '') || name).slice(0, 200) }))
}

const MEDIA_HEADERS: Record<string, 'image' | 'video' | 'document' | 'gif'> = { IMAGE: 'image', VIDEO: 'video', DOCUMENT: 'document', GIF: 'gif' }
const readExample = (example: unknown): { example?: string } => {
  const handle = isObject(example) ? text(first(example.header_handle)) : ''
  return handle ? { example: handle } : {}
}

function readHeader(c: Component | undefined): TemplateHeader | null {
  if (!c) return null
  const format = upper(c.format)
  if (format === 'LOCATION') return { kind: 'location' }
  const media = MEDIA_HEADERS[format]
  if (media) return { kind: media, ...readExample(c.example) }
  const words = text(c.text).slice(0, 200)
  const variable = readVariables(words, c.example, 'header_text')[0]
  return words ? { kind: 'text', text: words, ...(variable ? { variable } : {}) } : null
}

const PLAIN: Record<string, 'catalog' | 'mpm' | 'spm' | 'voice_call' | 'request_contact_info'> = {
  CATALOG: 'catalog',
  MPM: 'mpm',
  SPM: 'spm',
  VOICE_CALL: 'voice_call',
  REQUEST_CONTACT_INFO: 'request_contact_info',
}
const OTP_KINDS = ['COPY_CODE', 'ONE_TAP', 'ZERO_TAP'] as const
const otpKind = (v: string) => OTP_KINDS.find((k) => k === v) ?? 'COPY_CODE'
/** Meta shows the button of a code as an address of this kind (Cloud API, authentication templates). */
const OTP_URL = /^https:\/\/www\.whatsapp\.com\/otp\/code/i

function readOtp(b: Raw, words: string): TemplateButton {
  const url = text(b.url)
  const query = URL.canParse(url) ? new URL(url).searchParams : new URLSearchParams()
  const given = objects(b.supported_apps).length > 0 ? objects(b.supported_apps) : b.package_name ? [b] : []
  const apps = given.map((a) => ({ packageName: text(a.package_name), signatureHash: text(a.signature_hash) })).slice(0, 5)
  const asked = query.get('package_name')
  const all = apps.length > 0 || !asked ? apps : [{ packageName: asked, signatureHash: query.get('signature_hash') ?? '' }]
  return {
    kind: 'otp',
    otp: otpKind(upper(b.otp_type) || (query.get('otp_type') ?? '').toUpperCase()),
    ...(words ? { text: words } : {}),
    ...(all.length > 0 ? { apps: all } : {}),
  }
}

function readUrl(b: Raw, words: string): TemplateButton {
  const url = text(b.url).slice(0, 2000)
  const name = variablesIn(url)[0]
  if (name === undefined) return { kind: 'url', text: words, url }
  // The sample may be the whole address or only its end.
  const base = url.slice(0, url.indexOf('{{'))
  const sample = text(first(b.example))
  const end = sample.startsWith(base) ? sample.slice(base.length) : sample
  return { kind: 'url', text: words, url, variable: { name: NAME.test(name) ? name : '1', example: (end || name).slice(0, 200) } }
}

function readButton(b: Raw): TemplateButton {
  const kind = upper(b.type)
  const words = text(b.text).slice(0, 100)
  const plain = PLAIN[kind]
  if (plain) return { kind: plain, ...(words ? { text: words } : {}) }
  if (kind === 'OTP' || (kind === 'URL' && OTP_URL.test(text(b.url)))) return readOtp(b, words)
  if (kind === 'COPY_CODE') return { kind: 'copy_code', example: text(first(b.example)).slice(0, 60) }
  if (!words) return { kind: 'other', original: kind || 'UNKNOWN' }
  if (kind === 'QUICK_REPLY') return { kind: 'quick_reply', text: words }
  if (kind === 'URL') return readUrl(b, words)
  if (kind === 'PHONE_NUMBER') return { kind: 'phone', text: words, phone: text(b.phone_number).slice(0, 40) }
  if (kind === 'FLOW') {
    const flowId = text(b.flow_id)
    const screen = text(b.navigate_screen)
    return { kind: 'flow', text: words, ...(flowId ? { flowId } : {}), ...(screen ? { screen } : {}) }
  }
  return { kind: 'other', original: kind || 'UNKNOWN', text: words }
}

const readButtons = (c: Component | undefined, most: number): TemplateButton[] => objects(c?.buttons).slice(0, most).map(readButton)

function readCard(raw: Raw): TemplateCard {
  const parts = readComponents(raw.components)
  const header = componentOf(parts, 'HEADER')
  const body = componentOf(parts, 'BODY')
  const words = text(body?.text).slice(0, 640)
  return {
    header: { kind: upper(header?.format) === 'VIDEO' ? 'video' : 'image', ...readExample(header?.example) },
    ...(words ? { body: words } : {}),
    variables: readVariables(words, body?.example, 'body_text').slice(0, 20),
    buttons: readButtons(componentOf(parts, 'BUTTONS'), 2),
  }
}

function readAuth(body: Component | undefined, footer: Component | undefined): TemplateParts['auth'] {
  const minutes = Number(footer?.code_expiration_minutes)
  return {
    securityAdvice: body?.add_security_recommendation === true,
    expiresMinutes: Number.isInteger(minutes) && minutes >= 1 && minutes <= 90 ? minutes : null,
  }
}

/** The parts of a template, from what Meta answers for it. */
export function partsFromComponents(given: unknown, category: string): TemplateParts {
  const components = readComponents(given)
  const body = componentOf(components, 'BODY')
  const footer = componentOf(components, 'FOOTER')
  const offer = componentOf(components, 'LIMITED_TIME_OFFER')?.limited_time_offer
  const carousel = componentOf(components, 'CAROUSEL')
  const words = text(body?.text).slice(0, 4096)
  const auth = category === 'AUTHENTICATION' ? readAuth(body, footer) : null
  return {
    header: readHeader(componentOf(components, 'HEADER')),
    body: words,
    variables: auth ? [{ name: '1', example: '123456' }] : readVariables(words, body?.example, 'body_text').slice(0, 50),
    footer: auth ? null : text(footer?.text).slice(0, 240) || null,
    buttons: readButtons(componentOf(components, 'BUTTONS'), 10),
    cards: carousel ? objects(carousel.cards).slice(0, 10).map(readCard) : null,
    auth,
    offer: isObject(offer) ? { text: text(offer.text).slice(0, 64), hasExpiration: offer.has_expiration === true } : null,
  }
}

/** What only we know of a template (our stored samples, the apps of a code) is kept when Meta is read again. */
export function keepOwnSamples(fresh: TemplateParts, stored: TemplateParts): TemplateParts {
  const header = fresh.header
  const before = stored.header
  const sameHeader = header && before && header.kind === before.kind && header.kind !== 'text' && header.kind !== 'location' && 'exampleMediaId' in before
  return {
    ...fresh,
    header: sameHeader ? { ...header, ...(before.exampleMediaId ? { exampleMediaId: before.exampleMediaId } : {}) } : header,
    cards:
      fresh.cards?.map((card, i) => {
        const id = stored.cards?.[i]?.header.exampleMediaId
        return id ? { ...card, header: { ...card.header, exampleMediaId: id } } : card
      }) ?? null,
    buttons: fresh.buttons.map((b, i) => {
      const was = stored.buttons[i]
      return b.kind === 'otp' && was?.kind === 'otp' && !b.apps && was.apps ? { ...b, apps: was.apps } : b
    }),
  }
}
