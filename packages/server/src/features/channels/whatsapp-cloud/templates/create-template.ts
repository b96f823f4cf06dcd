import { checkTemplate } from '@atende/contracts/template-rules'
import type { CreateTemplateInput, Template, TemplateParts } from '@atende/contracts/templates'
import { type Context, tenantTx } from '../../../../platform/context.ts'
import type { TenantTx } from '../../../../platform/database.ts'
import { AppError, type FieldError, notFound } from '../../../../platform/errors.ts'
import { getMedia, type MediaRow, readMediaBytes } from '../../../media/media.ts'
import { findTemplateByName, keepCreated, presentTemplate, readCategory } from '../../../templates/templates.ts'
import { componentsFromParts } from '../../../templates/write-components.ts'
import { getChannelAccess, type SendingChannel } from '../../channels.ts'
import { createGraph, GraphFailure } from '../graph.ts'
import { createNumberGraph } from '../graph-numbers.ts'
import { explainRefusal, refuse } from './explain-refusal.ts'
import { createTemplateGraph } from './graph-templates.ts'

/** Every stored sample of a template with the kind that its place asks for. */
const samplesOf = (parts: TemplateParts): { path: string; id: string; kind: string }[] => [
  ...(parts.header && 'exampleMediaId' in parts.header && parts.header.exampleMediaId
    ? [{ path: 'parts.header.exampleMediaId', id: parts.header.exampleMediaId, kind: parts.header.kind }]
    : []),
  ...(parts.cards ?? []).flatMap((card, i) =>
    card.header.exampleMediaId ? [{ path: `parts.cards.${i}.header.exampleMediaId`, id: card.header.exampleMediaId, kind: card.header.kind }] : [],
  ),
]

const fits = (row: MediaRow, kind: string) => kind === 'document' || row.kind === (kind === 'gif' ? 'video' : kind)

/** The stored files behind the samples. @throws AppError validation_failed */
export async function requireSamples(tx: TenantTx, parts: TemplateParts): Promise<Map<string, MediaRow>> {
  const found = new Map<string, MediaRow>()
  const problems: FieldError[] = []
  for (const { path, id, kind } of samplesOf(parts)) {
    const row = await getMedia(tx, id).catch((e: unknown) => {
      if (e instanceof AppError) return undefined
      throw e
    })
    if (row?.status !== 'stored') problems.push({ path, code: 'not_found', message: 'Não encontramos este arquivo. Anexe de novo.' })
    else if (!fits(row, kind)) problems.push({ path, code: 'wrong_kind', message: 'Este arquivo é de outro tipo.' })
    else found.set(id, row)
  }
  if (problems.length > 0) throw new AppError('validation_failed', { fields: problems })
  return found
}

/** Uploads the samples for Meta's reviewers; uploading twice does no harm. @throws AppError */
export async function uploadSamples(ctx: Context, access: SendingChannel, samples: ReadonlyMap<string, MediaRow>): Promise<Map<string, string>> {
  const handles = new Map<string, string>()
  if (samples.size === 0) return handles
  const { app_id: appId } = await createGraph(access).debugToken().catch(refuse)
  if (!appId) throw new AppError('whatsapp_refused', { detail: 'A Meta não disse de qual aplicativo é o token, e o exemplo não pôde ser enviado.' })
  for (const [id, row] of samples) {
    const data = await readMediaBytes(ctx, row)
    handles.set(id, await createNumberGraph(access).uploadPicture(appId, { data, mime: row.mime }).catch(refuse))
  }
  return handles
}

/** @throws AppError validation_failed with every problem that Meta would find */
export function requireGood(draft: Parameters<typeof checkTemplate>[0]): void {
  const fields = checkTemplate(draft)
  if (fields.length > 0) throw new AppError('validation_failed', { fields })
}

type Answer = { id: string; status: string; category: string }
/**
 * Asks Meta to make it. When no answer came, Meta is asked by name whether it exists: made twice it cannot be, but a person must not
 * be told that it failed when it did not.
 */
async function askMeta(access: SendingChannel, input: CreateTemplateInput, components: object[]): Promise<Answer> {
  const { name, language, category, parameterFormat, allowCategoryChange } = input
  const graph = createTemplateGraph(access)
  const body = { name, language, category, parameter_format: parameterFormat.toUpperCase(), allow_category_change: allowCategoryChange, components }
  try {
    const made = await graph.createTemplate(access.wabaId, body)
    return { id: made.id, status: made.status, category: made.category ?? category }
  } catch (e) {
    if (!(e instanceof GraphFailure)) throw e
    const found = e.failure.outcome === 'unknown' ? await graph.findTemplate(access.wabaId, name, language).catch(() => undefined) : undefined
    if (!found) throw explainRefusal(e.failure)
    return { id: found.id, status: found.status, category: found.category || category }
  }
}

/**
 * Checks, uploads samples, asks Meta, and only then keeps the template. `note` writes in the transaction that keeps it.
 * @throws AppError not_found (channel), validation_failed, already_exists, template_refused, whatsapp_refused, whatsapp_unavailable
 */
export async function createTemplate(
  ctx: Context,
  tenantId: string,
  input: CreateTemplateInput,
  note: (tx: TenantTx, template: Template) => Promise<void>,
): Promise<Template> {
  requireGood(input)
  const { access, samples } = await tenantTx(ctx, tenantId, async (tx) => {
    const found = await getChannelAccess(ctx, tx, input.channelId)
    if (!found) throw notFound()
    const twin = await findTemplateByName(tx, found.wabaId, input.name, input.language)
    if (twin && twin.status !== 'DELETED') {
      throw new AppError('already_exists', {
        detail: 'Já existe um modelo com este nome neste idioma.',
        fields: [{ path: 'name', code: 'already_exists', message: 'Já existe um modelo com este nome neste idioma.' }],
      })
    }
    return { access: found, samples: await requireSamples(tx, input.parts) }
  })
  const components = componentsFromParts(input.parts, { format: input.parameterFormat, handles: await uploadSamples(ctx, access, samples) })
  const askedAt = new Date()
  const answer = await askMeta(access, input, components)
  return tenantTx(ctx, tenantId, async (tx) => {
    const row = await keepCreated(
      tx,
      tenantId,
      {
        waba_id: access.wabaId,
        provider_id: answer.id,
        name: input.name,
        language: input.language,
        category: readCategory(answer.category),
        parameter_format: input.parameterFormat,
        parts: input.parts,
        components,
        status: answer.status,
      },
      askedAt,
    )
    const template = await presentTemplate(tx, row)
    await note(tx, template)
    return template
  })
}
