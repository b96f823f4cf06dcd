import type { TemplatePreview, TemplateValues } from '@atende/contracts/templates'
import type { Context } from '../../platform/context.ts'
import type { TenantTx } from '../../platform/database.ts'
import { getContact } from '../contacts/contacts.ts'
import { getConversation } from '../conversations/conversations.ts'
import type { MediaRow } from '../media/media.ts'
import { presentMedia } from '../media/present-media.ts'
import { getTenant } from '../tenants/tenants.ts'
import { countryOf } from '../usage/country.ts'
import { estimateCost } from '../usage/estimate-cost.ts'
import { loadFilled, refusalOf } from './fill-template.ts'
import { knownOf, suggestValues } from './suggest-values.ts'
import * as db from './templates.db.ts'
import { getTemplateRow, type TemplateRow } from './templates.ts'

type Filled = Awaited<ReturnType<typeof loadFilled>>
type Caller = { tenantId: string; userName: string }

function withMedia(ctx: Pick<Context, 'keys'>, { shown, values, media }: Filled): TemplatePreview['shown'] {
  const show = (id: string | undefined) => {
    const row: MediaRow | undefined = id ? media.get(id) : undefined
    return row ? presentMedia(ctx, row) : null
  }
  const { header } = shown
  const headerId = values.header?.kind === 'media' ? values.header.mediaId : undefined
  return {
    ...shown,
    header: header && 'media' in header ? { ...header, media: show(headerId) } : header,
    cards: shown.cards.map((card, i) => ({ ...card, header: { ...card.header, media: show(values.cards[i]?.mediaId) } })),
  }
}

async function forConversation(tx: TenantTx, row: TemplateRow, conversationId: string, filled: Filled, caller: Caller) {
  const conversation = await getConversation(tx, conversationId)
  const contact = await getContact(tx, conversation.contact.id)
  const account = await db.accountOfChannel(tx, conversation.channel.id)
  const refusal = refusalOf(row, contact, account?.waba_id)
  const tenant = await getTenant(tx, caller.tenantId)
  const address = contact.phone ?? contact.identities.find((i) => i.kind === 'bsuid')?.value ?? null
  const cost = await estimateCost(tx, { category: row.category, country: countryOf(address), channelId: conversation.channel.id })
  const freeEntry = conversation.freeEntryUntil !== null && Date.parse(conversation.freeEntryUntil) > Date.now()
  return {
    suggestions: suggestValues(filled.parts, knownOf(contact, tenant.name, caller.userName)),
    refusal: refusal ? [{ path: '', code: refusal.code, message: refusal.detail ?? 'Esta pessoa pediu para não receber propaganda.' }] : [],
    cost: cost.amount !== null && cost.currency !== null ? { amount: cost.amount, currency: cost.currency, free: cost.free || freeEntry } : null,
  }
}

/**
 * How it will look, what is missing, what it may cost; with a conversation also what the contact suggests and whether it may go
 * there at all (a problem with an empty path).
 * @throws AppError not_found
 */
export async function previewTemplate(
  ctx: Pick<Context, 'keys'>,
  tx: TenantTx,
  caller: Caller,
  id: string,
  input: { conversationId?: string | undefined; values: TemplateValues },
): Promise<TemplatePreview> {
  const row = await getTemplateRow(tx, id)
  const filled = await loadFilled(tx, row, input.values)
  const around = input.conversationId ? await forConversation(tx, row, input.conversationId, filled, caller) : { suggestions: {}, refusal: [], cost: null }
  return { shown: withMedia(ctx, filled), suggestions: around.suggestions, problems: [...around.refusal, ...filled.problems], estimatedCost: around.cost }
}
