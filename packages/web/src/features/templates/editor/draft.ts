import { variablesIn } from '@atende/contracts/template-text'
import type {
  CreateTemplateInput,
  Template,
  TemplateButton,
  TemplateCard,
  TemplateCategory,
  TemplateParts,
  TemplateVariable,
} from '@atende/contracts/templates'

/** Pure: what the editor holds, and how one choice changes the rest. */
export type Draft = CreateTemplateInput

export const EMPTY_PARTS: TemplateParts = { header: null, body: '', variables: [], footer: null, buttons: [], cards: null, auth: null, offer: null }

export const emptyDraft = (channelId: string): Draft => ({
  channelId,
  name: '',
  language: 'pt_BR',
  category: 'UTILITY',
  parameterFormat: 'named',
  allowCategoryChange: true,
  parts: EMPTY_PARTS,
})

export const draftOf = (t: Template): Draft => ({
  channelId: t.channelIds[0] ?? '',
  name: t.name,
  language: t.language,
  category: t.category,
  parameterFormat: t.parameterFormat,
  allowCategoryChange: true,
  parts: t.parts,
})

/** Samples follow the text: new variables get an empty one, those that are gone leave. */
export const followText = (text: string, known: readonly TemplateVariable[]): TemplateVariable[] =>
  variablesIn(text)
    .filter((name) => /^(\d{1,2}|[a-z][a-z0-9_]{0,59})$/.test(name))
    .map((name) => known.find((v) => v.name === name) ?? { name, example: '' })

/** The number after the highest, or a name that is not taken. */
export function nextVariable(text: string, format: Draft['parameterFormat'], wanted: string): string {
  const names = variablesIn(text)
  if (format === 'positional') return String(Math.max(0, ...names.map(Number).filter(Number.isFinite)) + 1)
  let name = wanted
  for (let n = 2; names.includes(name); n++) name = `${wanted}_${n}`
  return name
}

export const toName = (text: string): string =>
  text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .slice(0, 512)

const AUTH_PARTS: TemplateParts = {
  ...EMPTY_PARTS,
  variables: [{ name: '1', example: '123456' }],
  buttons: [{ kind: 'otp', otp: 'COPY_CODE' }],
  auth: { securityAdvice: true, expiresMinutes: 10 },
}

/** Codes have parts of their own; coming back, the text begins anew. */
export function withCategory(draft: Draft, category: TemplateCategory): Draft {
  const auth = category === 'AUTHENTICATION'
  if (auth === (draft.category === 'AUTHENTICATION'))
    return { ...draft, category, parts: category === 'MARKETING' ? draft.parts : { ...draft.parts, offer: null } }
  return { ...draft, category, parameterFormat: auth ? 'positional' : 'named', parts: auth ? AUTH_PARTS : EMPTY_PARTS }
}

export const newCard = (like: TemplateCard | undefined): TemplateCard => ({
  header: { kind: like?.header.kind ?? 'image' },
  body: '',
  variables: [],
  buttons: like ? like.buttons.map((b) => newButton(b.kind)) : [newButton('quick_reply')],
})

export const withLayout = (parts: TemplateParts, carousel: boolean): TemplateParts =>
  carousel
    ? { ...parts, header: null, footer: null, buttons: [], offer: null, cards: parts.cards ?? [newCard(undefined), newCard(undefined)] }
    : { ...parts, cards: null }

export const NEW_BUTTONS = ['quick_reply', 'url', 'phone', 'copy_code', 'flow', 'voice_call', 'request_contact_info', 'catalog'] as const
export function newButton(kind: TemplateButton['kind']): TemplateButton {
  switch (kind) {
    case 'url':
      return { kind, text: '', url: 'https://' }
    case 'phone':
      return { kind, text: '', phone: '+55 ' }
    case 'copy_code':
      return { kind, example: '' }
    case 'flow':
    case 'quick_reply':
      return { kind, text: '' }
    case 'otp':
      return { kind, otp: 'COPY_CODE' }
    case 'other':
      return { kind, original: 'UNKNOWN' }
    default:
      return { kind }
  }
}

/** Quick replies stand together: a new one joins the others. */
export function addButton(buttons: readonly TemplateButton[], kind: TemplateButton['kind']): TemplateButton[] {
  const made = newButton(kind)
  const last = buttons.findLastIndex((b) => b.kind === 'quick_reply')
  return kind === 'quick_reply' && last >= 0 ? buttons.toSpliced(last + 1, 0, made) : [...buttons, made]
}

export const move = <T>(list: readonly T[], from: number, to: number): T[] => {
  const item = list[from]
  return item === undefined || to < 0 || to >= list.length ? [...list] : list.toSpliced(from, 1).toSpliced(to, 0, item)
}
