import type { Contact } from '@atende/contracts/contacts'
import { bodyOf, fillText, showTemplate } from '@atende/contracts/template-text'
import { checkValues, type TemplateProblem } from '@atende/contracts/template-values'
import type { ShownTemplate, TemplateCategory, TemplateParts, TemplateValues } from '@atende/contracts/templates'
import type { TenantTx } from '../../platform/database.ts'
import { AppError } from '../../platform/errors.ts'
import { getContact } from '../contacts/contacts.ts'
import { getMedia, type MediaRow } from '../media/media.ts'
import { buildSend } from './build-send.ts'
import { explainState } from './template-reasons.ts'
import * as db from './templates.db.ts'
import { getTemplateRow, readCategory, readParts, type TemplateRow } from './templates.ts'

export type FillTemplateInput = { templateId: string; values: TemplateValues; contactId: string; channelId: string }
export type FilledTemplate = {
  /** For `messages.content`: `template` (ShownTemplate with `mediaId`) and `send` (all that `templateBody` needs). */
  content: Record<string, unknown>
  /** Rendered text, for search and preview. */
  body: string
  category: TemplateCategory
  /** Empty when it can be sent. Paths are those of TemplateValues. */
  problems: TemplateProblem[]
}
type Loaded = { row: TemplateRow; parts: TemplateParts; values: TemplateValues; media: ReadonlyMap<string, MediaRow> }

/** Where each file stands, and what kind it must be. */
const filesOf = (parts: TemplateParts, values: TemplateValues): { path: string; mediaId: string; kind: string }[] => [
  ...(values.header?.kind === 'media' && parts.header ? [{ path: 'header', mediaId: values.header.mediaId, kind: parts.header.kind }] : []),
  ...values.cards.flatMap((card, i) =>
    card.mediaId ? [{ path: `cards.${i}.mediaId`, mediaId: card.mediaId, kind: parts.cards?.[i]?.header.kind ?? '' }] : [],
  ),
]

async function loadMedia(tx: TenantTx, ids: readonly string[]): Promise<Map<string, MediaRow>> {
  const found = new Map<string, MediaRow>()
  for (const id of new Set(ids)) {
    const row = await getMedia(tx, id).catch((e: unknown) => {
      if (e instanceof AppError) return undefined
      throw e
    })
    if (row) found.set(id, row)
  }
  return found
}

const KIND_NAMES: Record<string, string> = { image: 'uma imagem (JPEG ou PNG)', video: 'um vídeo (MP4)', document: 'um documento' }
function checkMedia({ parts, values, media }: Loaded): TemplateProblem[] {
  return filesOf(parts, values).flatMap(({ path, mediaId, kind }) => {
    const row = media.get(mediaId)
    if (row?.status !== 'stored') return [{ path, code: 'not_found', message: 'Não encontramos este arquivo. Anexe de novo.' }]
    const fits = row.kind === kind || kind === 'document'
    return fits ? [] : [{ path, code: 'wrong_kind', message: `Aqui vai ${KIND_NAMES[kind] ?? 'outro tipo de arquivo'}.` }]
  })
}

const hasPhone = (contact: Contact) => contact.phone !== null || contact.identities.some((i) => i.kind === 'phone')

/** Why this template may not go to this person from this number; null when it may. */
export function refusalOf(row: TemplateRow, contact: Contact, wabaId: string | undefined): AppError | null {
  const reason = explainState(row)
  const unusable = (detail: string) => new AppError('template_not_usable', { detail })
  if (reason) return unusable(`${reason.title} ${reason.action}`)
  if (row.waba_id !== wabaId) return unusable('Este modelo é de outra conta do WhatsApp, e este número não pode enviá-lo.')
  if (row.category === 'MARKETING' && contact.marketingOptOutAt) return new AppError('opted_out')
  // 131062: a business-scoped id is no address for codes (Cloud API, business-scoped user ids).
  if (row.category === 'AUTHENTICATION' && !hasPhone(contact)) {
    return unusable('O WhatsApp não mostrou o telefone deste contato, e códigos de acesso só podem ir para um telefone.')
  }
  return null
}

/** Filled and checked, without asking whether it may be sent. */
export async function loadFilled(tx: TenantTx, row: TemplateRow, values: TemplateValues) {
  const parts = readParts(row)
  const media = await loadMedia(
    tx,
    filesOf(parts, values).map((f) => f.mediaId),
  )
  const loaded = { row, parts, values, media }
  const template = { name: row.name, language: row.language, category: row.category, parts }
  return { ...loaded, template, shown: showTemplate(template, values), problems: [...checkValues(template, values), ...checkMedia(loaded)] }
}

/** The same with ids where files are, as it is stored. */
function withMediaIds(shown: ShownTemplate, values: TemplateValues): Record<string, unknown> {
  const { header } = shown
  const id = values.header?.kind === 'media' ? values.header.mediaId : null
  return {
    ...shown,
    header: header && 'media' in header ? { kind: header.kind, mediaId: id } : header,
    cards: shown.cards.map((card, i) => ({ ...card, header: { kind: card.header.kind, mediaId: values.cards[i]?.mediaId ?? null } })),
  }
}

function searchText(parts: TemplateParts, language: string, shown: ShownTemplate, values: TemplateValues): string {
  const title = shown.header?.kind === 'text' ? shown.header.text : ''
  // A code is a secret: what is searched and previewed does not show it.
  const body = parts.auth ? fillText(bodyOf(parts, language), { 1: '••••••' }) : shown.body
  return [title, body, ...shown.cards.map((c, i) => (values.cards[i] ? c.body : ''))].filter(Boolean).join('\n').slice(0, 4096)
}

/**
 * Fills a template for one contact and checks it before Meta sees it.
 * @throws AppError not_found (template or contact), template_not_usable (its state, another account, a code without a phone), opted_out
 */
export async function fillTemplate(tx: TenantTx, input: FillTemplateInput): Promise<FilledTemplate> {
  const row = await getTemplateRow(tx, input.templateId)
  const contact = await getContact(tx, input.contactId)
  const refusal = refusalOf(row, contact, (await db.accountOfChannel(tx, input.channelId))?.waba_id)
  if (refusal) throw refusal
  const { parts, shown, problems, media } = await loadFilled(tx, row, input.values)
  const file = input.values.header?.kind === 'media' ? media.get(input.values.header.mediaId) : undefined
  const template = {
    name: row.name,
    language: row.language,
    parameterFormat: row.parameter_format === 'named' ? ('named' as const) : ('positional' as const),
    parts,
  }
  return {
    content: { template: withMediaIds(shown, input.values), send: buildSend(template, input.values, file?.filename ?? null) },
    body: searchText(parts, row.language, shown, input.values),
    category: readCategory(row.category),
    problems,
  }
}

type Raw = Record<string, unknown>
const isObject = (v: unknown): v is Raw => typeof v === 'object' && v !== null && !Array.isArray(v)

/** Ids of our media that must be uploaded before `templateBody`. */
export function templateMediaIds(send: unknown): string[] {
  if (Array.isArray(send)) return [...new Set(send.flatMap(templateMediaIds))]
  if (!isObject(send)) return []
  const own = typeof send.mediaId === 'string' ? [send.mediaId] : []
  return [...new Set([...own, ...Object.values(send).flatMap(templateMediaIds)])]
}

function withUploads(value: unknown, uploaded: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((v) => withUploads(v, uploaded))
  if (!isObject(value)) return value
  const { mediaId, ...rest } = value
  const mapped = Object.fromEntries(Object.entries(rest).map(([k, v]) => [k, withUploads(v, uploaded)]))
  return typeof mediaId === 'string' ? { id: uploaded.get(mediaId) ?? '', ...mapped } : mapped
}

/** The `template` object of the Cloud API; `uploaded` maps our media ids to Meta's. */
export function templateBody(send: unknown, uploaded: ReadonlyMap<string, string>): object {
  const { name, language, components } = isObject(send) ? send : {}
  const list = Array.isArray(components) ? components : []
  return { name, language: { code: language }, ...(list.length > 0 ? { components: withUploads(list, uploaded) } : {}) }
}
