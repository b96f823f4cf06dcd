import type { FastifyRequest } from 'fastify'

export interface Upload {
  fields: Record<string, string>
  file: { bytes: Buffer; filename: string; mimeType: string; tooLarge: boolean } | null
}

/** Reads a multipart request: text fields and one file. */
export async function readUpload(request: FastifyRequest): Promise<Upload> {
  const fields: Record<string, string> = {}
  let file: Upload['file'] = null
  for await (const part of request.parts()) {
    if (part.type === 'field') fields[part.fieldname] = String(part.value)
    else {
      const chunks: Buffer[] = []
      for await (const chunk of part.file) chunks.push(chunk as Buffer)
      if (part.fieldname === 'file' || !file) {
        file = { bytes: Buffer.concat(chunks), filename: part.filename, mimeType: part.mimetype, tooLarge: part.file.truncated }
      }
    }
  }
  return { fields, file }
}
