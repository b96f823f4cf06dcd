import { AppError, type FieldError } from '../../../../platform/errors.ts'
import { explainError } from '../error-table.ts'
import { GraphFailure } from '../graph.ts'
import type { Failure } from '../graph-call.ts'

/** What Meta's subcodes of template management mean, and which field they are about (Cloud API, error codes). */
const BY_SUBCODE: Readonly<Record<number, { path: string; sentence: string }>> = {
  2388003: { path: '', sentence: 'Este modelo não pode ser mudado no estado em que está.' },
  2388004: { path: '', sentence: 'Um modelo aprovado pode ser mudado uma vez a cada 24 horas e dez vezes em 30 dias.' },
  2388019: { path: '', sentence: 'A conta chegou ao limite de modelos. Apague os que não usa mais.' },
  2388023: { path: 'name', sentence: 'Um modelo com este nome foi apagado há pouco. Use outro nome ou espere 30 dias.' },
  2388024: { path: 'name', sentence: 'Já existe na Meta um modelo com este nome neste idioma. Sincronize ou use outro nome.' },
  2388040: { path: 'parts', sentence: 'Um dos textos é mais longo do que a Meta aceita.' },
  2388043: { path: 'parts', sentence: 'Falta uma parte do modelo, ou um exemplo.' },
  2388047: { path: 'parts.header', sentence: 'A Meta não aceitou o cabeçalho. Confira se não há emoji, formatação ou quebra de linha.' },
  2388072: { path: 'parts.body', sentence: 'A Meta não aceitou o texto. Confira espaços, linhas em branco e variáveis.' },
  2388073: { path: 'parts.footer', sentence: 'A Meta não aceitou o rodapé. Ele não pode ter variáveis nem quebra de linha.' },
  2388293: { path: 'parts.body', sentence: 'Há variáveis demais para um texto tão curto. Escreva mais palavras ou use menos variáveis.' },
  2388299: { path: 'parts.body', sentence: 'O texto não pode começar nem terminar com uma variável.' },
  2593002: { path: '', sentence: 'A Meta não encontrou mais este modelo. Sincronize a lista.' },
}

const MUTE = 'O WhatsApp não respondeu, e não sabemos se ele recebeu o pedido. Sincronize a lista antes de tentar de novo.'

/** A failed call about templates, as what the person should hear. `unknown` is never told as a failure that did not happen. */
export function explainRefusal(failure: Failure): AppError {
  if (failure.outcome === 'unreached') return new AppError('whatsapp_unavailable')
  if (failure.outcome === 'unknown') return new AppError('whatsapp_unavailable', { detail: MUTE })
  const { code, subcode, details, title } = failure.error
  const known = subcode === undefined ? undefined : BY_SUBCODE[subcode]
  const words = details || title
  if (known) {
    const fields: FieldError[] = known.path ? [{ path: known.path, code: 'refused', message: known.sentence }] : []
    return new AppError('template_refused', { detail: `${known.sentence}${words ? ` (Meta: ${words})` : ''}`, ...(fields.length > 0 ? { fields } : {}) })
  }
  if (code === 100) return new AppError('template_refused', { detail: words ? `A Meta explicou: ${words}` : 'Confira o formato do modelo.' })
  const explained = explainError(code, details, subcode)
  return new AppError('whatsapp_refused', { detail: `${explained.title} ${explained.action}` })
}

/** For `.catch`. */
export const refuse = (e: unknown): never => {
  throw e instanceof GraphFailure ? explainRefusal(e.failure) : e
}
