import type { Context } from '../../platform/context.ts'
import { AppError } from '../../platform/errors.ts'
import { isTokenRefusal } from './ask-meta.ts'
import { noteChannelError, type SendingChannel } from './channels.ts'
import { openAccess } from './connect-channel.ts'
import { explainError } from './whatsapp-cloud/error-table.ts'
import { GraphFailure } from './whatsapp-cloud/graph.ts'
import { createNumberGraph } from './whatsapp-cloud/graph-numbers.ts'

type NumberGraph = ReturnType<typeof createNumberGraph>

/** Meta's "a parameter is wrong": the table speaks of messages, this is about a number's data. */
const BAD_VALUE = new Set([100, 131_008, 131_009])
const NOT_ACCEPTED = { title: 'O WhatsApp não aceitou um destes dados.', action: 'Confira o que foi digitado e tente de novo.' }

/** Meta's refusal or silence, for people. Meta's own words help where ours are general. */
export function sayWhatsAppFailure(e: unknown): AppError {
  if (!(e instanceof GraphFailure)) throw e
  const { failure } = e
  if (failure.outcome !== 'refused') return new AppError('whatsapp_unavailable')
  const { code, details, subcode, title: english } = failure.error
  const { title, action } = code !== null && BAD_VALUE.has(code) ? NOT_ACCEPTED : explainError(code, details, subcode)
  const meta = details || english
  return new AppError('whatsapp_refused', { detail: [title, action, meta && `(${code ?? failure.error.httpStatus}: ${meta})`].filter(Boolean).join(' ') })
}

/**
 * One request of a person to Meta, with a channel's stored credentials; never inside a transaction.
 * @throws AppError not_found, whatsapp_refused (with what to do), whatsapp_unavailable
 */
export async function askWhatsApp<T>(ctx: Context, tenantId: string, id: string, ask: (graph: NumberGraph, channel: SendingChannel) => Promise<T>): Promise<T> {
  const channel = await openAccess(ctx, tenantId, id)
  try {
    return await ask(createNumberGraph(channel), channel)
  } catch (e) {
    const refusal = sayWhatsAppFailure(e)
    if (e instanceof GraphFailure && isTokenRefusal(e.failure)) {
      await noteChannelError(ctx, tenantId, id, explainError(190))
    }
    throw refusal
  }
}
