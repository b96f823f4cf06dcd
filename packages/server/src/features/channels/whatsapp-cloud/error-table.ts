import type { MessageError } from '@atende/contracts/messages'
import type { z } from 'zod'
import { act, backOff, type ErrorEntry, type ErrorKind, limited, TELL_SUPPORT } from './error-entry.ts'
import { ACCOUNT_ERRORS } from './errors-of-accounts.ts'
import { MESSAGE_ERRORS } from './errors-of-messages.ts'

export type { ErrorEntry, ErrorKind } from './error-entry.ts'

/** Every code that Meta documents. Meta says: decide on the code, never on the title or the HTTP status. */
export const ERROR_TABLE: Readonly<Record<number, ErrorEntry>> = { ...ACCOUNT_ERRORS, ...MESSAGE_ERRORS }

const UNKNOWN_CODE = limited(
  'O WhatsApp recusou e deu um motivo que ainda não conhecemos.',
  'Tente de novo; se continuar, avise o suporte com o código do erro.',
)

/** Cases of our own, where no code of Meta's exists. */
export const OWN_ERRORS = {
  /** The request left, and no answer came. The API cannot be asked, and repeating could send twice. */
  unknown_outcome: act(
    'Não sabemos se chegou: o WhatsApp não respondeu a tempo.',
    'Esperamos a confirmação do WhatsApp. Se ela não vier, confira com o cliente antes de enviar de novo.',
  ),
  unreached: backOff('Não conseguimos falar com o WhatsApp.', 'Não precisa fazer nada: tentamos de novo quando a conexão voltar.'),
  media_upload_failed: act('O arquivo não chegou ao WhatsApp.', 'Envie de novo; se continuar, confira o tipo e o tamanho.'),
  media_missing: { ...act('O arquivo desta mensagem não está mais guardado.', 'Anexe o arquivo e envie de novo.'), canRetry: false },
  ogg_not_opus: { ...act('O WhatsApp só toca áudios OGG gravados em Opus.', 'Envie em MP3 ou M4A, ou grave a mensagem aqui.'), canRetry: false },
  ogg_not_mono: { ...act('O WhatsApp só toca áudios OGG de um canal (mono).', 'Converta para mono, ou envie em MP3 ou M4A.'), canRetry: false },
  no_address: { ...act('Não temos telefone nem outro endereço deste contato no WhatsApp.', 'Salve o telefone no contato e envie de novo.'), canRetry: true },
  channel_unavailable: act('Este canal está desligado.', 'Peça a quem administra a conta para reativar o canal e envie de novo.'),
  erased: { ...act('O conteúdo desta mensagem foi apagado antes de sair.', 'Escreva de novo, se ainda for preciso.'), canRetry: false },
  unreadable: { ...act('Não foi possível abrir esta mensagem para enviar.', TELL_SUPPORT), canRetry: false },
  gave_up: act('Não foi enviada: tentamos várias vezes e o WhatsApp não aceitou.', 'Tente de novo mais tarde.'),
} as const satisfies Record<string, ErrorEntry>
export type OwnError = keyof typeof OWN_ERRORS

export type ExplainedError = z.infer<typeof MessageError> & { kind: ErrorKind; details?: string }

/**
 * What a person should know about an error of Meta's. A `subcode` known to the table says more than its code. `details` are Meta's
 * English words; they are not kept beside the message (`without-words.ts`).
 */
export function explainError(code: number | null, details?: string | null, subcode?: number): ExplainedError {
  const specific = subcode === undefined ? undefined : ERROR_TABLE[subcode >= 2_000_000 ? subcode : -1]
  const entry = specific ?? (code === null ? undefined : ERROR_TABLE[code]) ?? UNKNOWN_CODE
  return { ...entry, code, ...(details ? { details } : {}) }
}

export const explainOwn = (name: OwnError): ExplainedError => ({ ...OWN_ERRORS[name], code: null })
