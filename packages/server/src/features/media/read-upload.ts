import { MediaKind } from '@atende/contracts/media'
import type { FastifyRequest } from 'fastify'
import { AppError, invalidField } from '../../platform/errors.ts'
import { BODY_LIMIT } from '../../platform/http.ts'
import type { Upload } from './accept-upload.ts'
import { humanSize } from './accept-upload.ts'

/**
 * A person's file name without folders and control characters: shown and sent, never used as a path. Browsers write a quote of a
 * name in a form as %22.
 */
export const cleanFilename = (name: string): string =>
  (name.replaceAll('%22', '"').split(/[\\/]/).at(-1) ?? '')
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .trim()
    .slice(0, 200) || 'arquivo'

const tooLarge = () => new AppError('media_too_large', { detail: `Envie arquivos de até ${humanSize(BODY_LIMIT)}.` })

function readKind(value: string | undefined): MediaKind | undefined {
  if (value === undefined || value === '') return undefined
  const kind = MediaKind.safeParse(value)
  if (!kind.success) throw invalidField('kind', 'invalid_value', `Use um destes: ${MediaKind.options.join(', ')}.`)
  return kind.data
}

type Parts = { file: { data: Buffer; filename: string; declaredMime: string } | undefined; fields: Map<string, string> }
async function readParts(request: FastifyRequest): Promise<Parts> {
  let file: Parts['file']
  const fields = new Map<string, string>()
  for await (const part of request.parts()) {
    if (part.type === 'field') fields.set(part.fieldname, String(part.value))
    else {
      const data = await part.toBuffer().catch((e) => {
        throw e instanceof Error && 'code' in e && e.code === 'FST_REQ_FILE_TOO_LARGE' ? tooLarge() : e
      })
      file = { data, filename: cleanFilename(fields.get('filename') || part.filename), declaredMime: part.mimetype }
    }
  }
  return { file, fields }
}

/**
 * The file and the fields of a multipart form, in whatever order they come. All parts are read before anything is judged.
 * @throws AppError malformed_body, content_type_refused, media_too_large, validation_failed
 */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  if (!request.isMultipart()) throw new AppError('content_type_refused', { detail: 'Envie multipart/form-data com o campo "file".' })
  const { file, fields } = await readParts(request).catch((e) => {
    // Errors of the parser itself have no code; they are about the form, not about us.
    throw e instanceof AppError || (e instanceof Error && 'code' in e) ? e : new AppError('malformed_body')
  })
  if (!file) throw invalidField('file', 'required', 'Falta o arquivo.')
  return { ...file, kind: readKind(fields.get('kind')) }
}
