import type { FastifyRequest } from 'fastify'
import { isObject, type JsonObject } from '../json.ts'
import { readUpload, type Upload } from './read-upload.ts'

/** The fields of a request: JSON or form. */
export function bodyOf(request: FastifyRequest): JsonObject {
  return isObject(request.body) ? request.body : {}
}

/**
 * Objects may also come as JSON text, as Graph takes them in every parameter. Only the named keys are opened: other texts
 * (`biz_opaque_callback_data`) may look like JSON and stay texts.
 */
export function openTexts(body: JsonObject, keys: string[]): JsonObject {
  const opened: JsonObject = { ...body }
  for (const key of keys) {
    const value = body[key]
    if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) continue
    try {
      opened[key] = JSON.parse(value)
    } catch {
      // Stays the text it is, and is refused as one.
    }
  }
  return opened
}

/** The fields of a request that may also be multipart, with its file. */
export async function readForm(request: FastifyRequest): Promise<{ fields: JsonObject; file: Upload['file'] }> {
  if (!request.isMultipart()) return { fields: bodyOf(request), file: null }
  const { fields, file } = await readUpload(request)
  return { fields, file }
}
