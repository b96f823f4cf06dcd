import { checkInteractive, EMOJI } from '@atende/contracts/interactive-rules'
import { MEDIA_LIMITS, type MediaKind } from '@atende/contracts/media'
import type { SendContent } from '@atende/contracts/messages'
import type { TenantTx } from '../../platform/database.ts'
import { AppError, invalidField } from '../../platform/errors.ts'
import { findUsableMedia } from '../media/media.ts'
import { interactiveMedia } from '../messages/interactive-media.ts'

/** What a group takes (Cloud API, groups). */
const GROUP_TYPES = new Set<SendContent['type']>(['text', 'image', 'video', 'audio', 'document', 'sticker', 'reaction', 'template'])
const oneCharacter = new Intl.Segmenter('pt-BR', { granularity: 'grapheme' })

/** One emoji as people see it, or nothing (which takes the reaction back). */
export const isReaction = (text: string): boolean => text === '' || (EMOJI.test(text) && [...oneCharacter.segment(text)].length === 1)

const humanMegabytes = (bytes: number) => (bytes >= 1_048_576 ? `${Math.round(bytes / 1_048_576)} MB` : `${Math.round(bytes / 1024)} KB`)

/** @throws AppError validation_failed: absent, of another kind, or what WhatsApp does not take (a file that a customer sent may be so) */
async function requireSendable(tx: TenantTx, id: string, kind: MediaKind, path: string): Promise<void> {
  const row = await findUsableMedia(tx, id, kind).catch((e: unknown) => {
    const [field] = e instanceof AppError ? (e.fields ?? []) : []
    throw field ? new AppError('validation_failed', { fields: [{ ...field, path }] }) : e
  })
  const { mimes, maxBytes } = MEDIA_LIMITS[kind]
  if (mimes.length > 0 && !mimes.includes(row.mime))
    throw invalidField(path, 'wrong_type', `O WhatsApp não aceita ${row.mime} aqui. Aceita: ${mimes.join(', ')}.`)
  if (Number(row.size ?? 0) > maxBytes) throw invalidField(path, 'too_big', `O arquivo pode ter até ${humanMegabytes(maxBytes)}.`)
}

/**
 * Everything that WhatsApp would refuse and that can be known before: nothing is saved then.
 * @throws AppError validation_failed with the path of the field and a sentence that names the limit
 */
export async function checkOutgoing(tx: TenantTx, content: SendContent, contactKind: string): Promise<void> {
  if (contactKind === 'group' && !GROUP_TYPES.has(content.type)) {
    throw invalidField('content.type', 'not_in_groups', 'Grupos aceitam texto, imagem, vídeo, áudio, documento, figurinha, reação e modelo.')
  }
  if (content.type === 'text' && content.text.trim() === '') throw invalidField('content.text', 'empty', 'Escreva a mensagem.')
  if (content.type === 'reaction' && !isReaction(content.emoji)) throw invalidField('content.emoji', 'not_one_emoji', 'Uma reação é um único emoji.')
  if ('mediaId' in content) await requireSendable(tx, content.mediaId, content.type, 'content.mediaId')
  if (content.type !== 'interactive') return
  const fields = checkInteractive(content.interactive).map((f) => ({ ...f, path: `content.interactive.${f.path}` }))
  if (fields.length > 0) throw new AppError('validation_failed', { fields })
  for (const { id, kind, path } of interactiveMedia(content.interactive)) await requireSendable(tx, id, kind, `content.interactive.${path}`)
}
