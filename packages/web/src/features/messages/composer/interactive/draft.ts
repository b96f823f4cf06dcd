import { checkInteractive, MOST_CARD_BUTTONS, MOST_LIST_ROWS } from '@atende/contracts/interactive-rules'
import type { Media } from '@atende/contracts/media'
import { Interactive, SendInteractive } from '@atende/contracts/messages'
import type { InteractiveKind } from '../InteractiveMenu.tsx'

/** Limits of WhatsApp (Cloud API, send messages), for the fields and their counters. */
export const LIMITS = {
  header: 60,
  body: 1024,
  listBody: 4096,
  footer: 60,
  button: 20,
  row: 24,
  description: 72,
  section: 24,
  flowLabel: 30,
  cardBody: 160,
  buttons: 3,
  rows: MOST_LIST_ROWS,
  cards: 10,
  cardButtons: MOST_CARD_BUTTONS,
} as const

export type Titled = { key: string; title: string }
export type Row = Titled & { description: string }
export type Section = Titled & { rows: Row[] }
export type Card = { key: string; media: Media | null; body: string; label: string; url: string; buttons: Titled[] }
/** What stands in the fields, complete or not. */
export type Draft = {
  kind: InteractiveKind
  header: 'none' | 'text' | 'image' | 'video' | 'document'
  headerText: string
  media: Media | null
  body: string
  footer: string
  buttons: Titled[]
  listButton: string
  sections: Section[]
  label: string
  url: string
  flowId: string
  screen: string
  draft: boolean
  cardMedia: 'image' | 'video'
  cardAction: 'cta_url' | 'buttons'
  cards: Card[]
}

const key = (): string => crypto.randomUUID().slice(0, 8)
export const newTitled = (): Titled => ({ key: key(), title: '' })
export const newRow = (): Row => ({ ...newTitled(), description: '' })
export const newSection = (): Section => ({ ...newTitled(), rows: [newRow()] })
export const newCard = (like?: Card): Card => ({
  key: key(),
  media: null,
  body: '',
  label: like?.label ?? '',
  url: '',
  buttons: like ? like.buttons.map((b) => ({ key: key(), title: b.title })) : [newTitled()],
})

export const emptyDraft = (kind: InteractiveKind, words: { location: string; contact: string; listButton: string }): Draft => ({
  kind,
  header: 'none',
  headerText: '',
  media: null,
  body: kind === 'location_request' ? words.location : kind === 'contact_request' ? words.contact : '',
  footer: '',
  buttons: [newTitled(), newTitled()],
  listButton: words.listButton,
  sections: [newSection()],
  label: '',
  url: '',
  flowId: '',
  screen: '',
  draft: false,
  cardMedia: 'image',
  cardAction: 'cta_url',
  cards: [newCard(), newCard()],
})

/** What a program reads when the customer presses it; people never see it. */
const idOf = (title: string, place: string): string =>
  `${place}-${title
    .normalize('NFD')
    .replace(/[\u0300-\u036f]/g, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, 60)}`

const buttonsOf = (buttons: readonly Titled[], place = 'b') => buttons.map((b, i) => ({ id: idOf(b.title, `${place}${i + 1}`), title: b.title.trim() }))
const addressOf = (url: string): string => (url.trim() === '' || /^https?:\/\//i.test(url.trim()) ? url.trim() : `https://${url.trim()}`)

function headerOf(d: Draft, media: (m: Media | null) => unknown): object {
  if (d.header === 'none') return {}
  return { header: d.header === 'text' ? { kind: 'text', text: d.headerText.trim() } : { kind: d.header, media: media(d.media) } }
}

const cardOf = (d: Draft, card: Card, i: number, media: (m: Media | null) => unknown): object => ({
  header: { kind: d.cardMedia, media: media(card.media) },
  ...(card.body.trim() ? { body: card.body.trim() } : {}),
  action:
    d.cardAction === 'cta_url'
      ? { kind: 'cta_url', label: card.label.trim(), url: addressOf(card.url) }
      : { kind: 'buttons', buttons: buttonsOf(card.buttons, `c${i + 1}b`) },
})

/** The message as the contract has it; `media` turns each file into its id, or into itself to be shown. */
function build(d: Draft, media: (m: Media | null) => unknown): object {
  const common = { kind: d.kind, body: d.body.trim() }
  const framed = { ...common, ...headerOf(d, media), ...(d.footer.trim() ? { footer: d.footer.trim() } : {}) }
  switch (d.kind) {
    case 'buttons':
      return { ...framed, buttons: buttonsOf(d.buttons) }
    case 'list':
      return { ...framed, button: d.listButton.trim(), sections: d.sections.map(sectionOf) }
    case 'cta_url':
      return { ...framed, action: { label: d.label.trim(), url: addressOf(d.url) } }
    case 'location_request':
    case 'contact_request':
      return common
    case 'flow':
      return {
        ...framed,
        flowId: d.flowId.trim(),
        label: d.label.trim(),
        ...(d.screen.trim() ? { screen: d.screen.trim() } : {}),
        ...(d.draft ? { draft: true } : {}),
      }
    case 'carousel':
      return { ...common, cards: d.cards.map((card, i) => cardOf(d, card, i, media)) }
  }
}

const sectionOf = (section: Section, s: number): object => ({
  ...(section.title.trim() ? { title: section.title.trim() } : {}),
  rows: section.rows.map((row, r) => ({
    id: idOf(row.title, `s${s + 1}r${r + 1}`),
    title: row.title.trim(),
    ...(row.description.trim() ? { description: row.description.trim() } : {}),
  })),
})

/** By the path of the field in the contract: a code that the texts know. */
export type Problems = ReadonlyMap<string, string>
export type Ready = { send: SendInteractive; shown: Interactive }

/** Either the message, or what is missing. */
export function finish(d: Draft): { ready: Ready | null; problems: Problems } {
  const send = SendInteractive.safeParse(build(d, (m) => m?.id))
  const shown = Interactive.safeParse(build(d, (m) => m ?? undefined))
  const problems = new Map<string, string>()
  for (const issue of send.error?.issues ?? []) problems.set(issue.path.join('.'), issue.code === 'too_small' ? 'required' : issue.code)
  // Said together with the others, and not only once they are mended.
  if (d.kind === 'list' && d.sections.length > 1)
    for (const [i, one] of d.sections.entries()) if (one.title.trim() === '') problems.set(`sections.${i}.title`, 'required')
  for (const problem of send.success ? checkInteractive(send.data) : []) problems.set(problem.path, problem.code)
  return { ready: send.success && shown.success && problems.size === 0 ? { send: send.data, shown: shown.data } : null, problems }
}
