import type { Template, UpdateTemplateInput } from '@atende/contracts/templates'
import type { z } from 'zod'
import { type Context, tenantTx } from '../../../../platform/context.ts'
import type { TenantTx } from '../../../../platform/database.ts'
import { AppError } from '../../../../platform/errors.ts'
import { forgetTemplates, getTemplateRow, keepChanged, presentTemplate, readCategory, type TemplateRow } from '../../../templates/templates.ts'
import { componentsFromParts } from '../../../templates/write-components.ts'
import { requireAccountAccess } from './account-access.ts'
import { requireGood, requireSamples, uploadSamples } from './create-template.ts'
import { refuse } from './explain-refusal.ts'
import { createTemplateGraph } from './graph-templates.ts'

type Note = (tx: TenantTx, template: Template) => Promise<void>
const DAY_MS = 24 * 3600_000
const EDITABLE = ['APPROVED', 'REJECTED', 'PAUSED']

const refused = (detail: string) => new AppError('template_refused', { detail })
const when = (at: number) => new Date(at).toLocaleString('pt-BR', { dateStyle: 'short', timeStyle: 'short', timeZone: 'America/Sao_Paulo' })

/** What Meta allows to be edited (Cloud API, template management), said before it says no. @throws AppError template_refused */
function requireEditable(row: TemplateRow, category: string | undefined): void {
  if (!row.provider_id) throw refused('Ainda não sabemos o identificador deste modelo na Meta. Sincronize e tente de novo.')
  if (!EDITABLE.includes(row.status)) throw refused('Só dá para mudar modelos aprovados, recusados ou pausados. Em análise, espere a resposta da Meta.')
  if (row.status !== 'APPROVED') return
  if (category !== undefined && category !== row.category) throw refused('A categoria de um modelo aprovado não pode ser trocada. Crie outro modelo.')
  const now = Date.now()
  const edits = row.edited_at.map((d) => d.getTime()).filter((at) => now - at < 30 * DAY_MS)
  const last = Math.max(0, ...edits)
  if (now - last < DAY_MS) throw refused(`Um modelo aprovado pode ser mudado uma vez a cada 24 horas. Tente depois de ${when(last + DAY_MS)}.`)
  if (edits.length >= 10) throw refused(`Um modelo aprovado pode ser mudado dez vezes em 30 dias. Tente depois de ${when(Math.min(...edits) + 30 * DAY_MS)}.`)
}

/**
 * Changes a template at Meta, where it is reviewed again.
 * @throws AppError not_found, validation_failed, template_refused, whatsapp_refused, whatsapp_unavailable, channel_unavailable
 */
export async function editTemplate(ctx: Context, tenantId: string, id: string, input: z.infer<typeof UpdateTemplateInput>, note: Note): Promise<Template> {
  const { row, access, samples } = await tenantTx(ctx, tenantId, async (tx) => {
    const found = await getTemplateRow(tx, id)
    requireEditable(found, input.category)
    return { row: found, access: await requireAccountAccess(ctx, tx, found.waba_id), samples: await requireSamples(tx, input.parts) }
  })
  const format = row.parameter_format === 'named' ? ('named' as const) : ('positional' as const)
  const category = input.category ?? readCategory(row.category)
  requireGood({ category, parameterFormat: format, parts: input.parts })
  const handles = await uploadSamples(ctx, access, samples)
  const components = componentsFromParts(input.parts, { format, handles, stored: row.components })
  const askedAt = new Date()
  await createTemplateGraph(access)
    .editTemplate(row.provider_id ?? '', { ...(input.category && input.category !== row.category ? { category } : {}), components })
    .catch(refuse)
  return tenantTx(ctx, tenantId, async (tx) => {
    const now = await getTemplateRow(tx, id)
    // A fast review may have been told before we got here.
    const told = now.status_at !== null && now.status_at.getTime() !== row.status_at?.getTime()
    const saved = await keepChanged(tx, tenantId, id, {
      category,
      parts: input.parts,
      components,
      synced_at: askedAt,
      ...(row.status === 'APPROVED' ? { edited_at: [...row.edited_at, askedAt] } : {}),
      ...(told ? {} : { status: 'PENDING', reason: null, reason_details: null }),
    })
    const template = await presentTemplate(tx, saved)
    await note(tx, template)
    return template
  })
}

/**
 * Deletes at Meta, one language or every one of the name, and here.
 * @throws AppError not_found, template_refused (disabled ones stay), whatsapp_refused, whatsapp_unavailable, channel_unavailable
 */
export async function deleteTemplate(
  ctx: Context,
  tenantId: string,
  id: string,
  allLanguages: boolean,
  note: (tx: TenantTx, row: TemplateRow) => Promise<void>,
): Promise<void> {
  const { row, access } = await tenantTx(ctx, tenantId, async (tx) => {
    const found = await getTemplateRow(tx, id)
    if (found.status === 'DISABLED') throw refused('Um modelo desativado pela Meta não pode ser apagado.')
    const goneThere = found.status === 'DELETED' && !allLanguages
    return { row: found, access: goneThere ? undefined : await requireAccountAccess(ctx, tx, found.waba_id) }
  })
  if (access) {
    await createTemplateGraph(access)
      .deleteTemplate(row.waba_id, row.name, allLanguages ? undefined : (row.provider_id ?? undefined))
      .catch(refuse)
  }
  await tenantTx(ctx, tenantId, async (tx) => {
    await forgetTemplates(tx, tenantId, row, allLanguages)
    await note(tx, row)
  })
}

/** Ends a pause. @throws AppError not_found, template_refused, whatsapp_refused, whatsapp_unavailable, channel_unavailable */
export async function unpauseTemplate(ctx: Context, tenantId: string, id: string, note: Note): Promise<Template> {
  const { row, access } = await tenantTx(ctx, tenantId, async (tx) => {
    const found = await getTemplateRow(tx, id)
    if (found.status !== 'PAUSED' || !found.provider_id) throw refused('Este modelo não está pausado.')
    return { row: found, access: await requireAccountAccess(ctx, tx, found.waba_id) }
  })
  const answer = await createTemplateGraph(access)
    .unpauseTemplate(row.provider_id ?? '')
    .catch(refuse)
  // Meta's examples have the word "true" as well.
  if (answer.success !== true && answer.success !== 'true') throw refused(`A Meta não tirou a pausa${answer.reason ? `: ${answer.reason}` : '.'}`)
  return tenantTx(ctx, tenantId, async (tx) => {
    const saved = await keepChanged(tx, tenantId, id, { status: 'APPROVED', reason: null, reason_details: null })
    const template = await presentTemplate(tx, saved)
    await note(tx, template)
    return template
  })
}
