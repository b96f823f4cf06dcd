import { messagingError, parameterError } from './graph-error.ts'

const KB = 1024
const MB = 1024 * KB

/** The post cap of the platform (Cloud API, media). */
export const MAX_UPLOAD_BYTES = 100 * MB

const LIMITS: [RegExp, number][] = [
  [/^audio\/(aac|amr|mpeg|mp4|ogg)$/, 16 * MB],
  [/^image\/(jpeg|png)$/, 5 * MB],
  [/^image\/webp$/, 500 * KB],
  [/^video\/(mp4|3gpp)$/, 16 * MB],
  [/^(text\/plain|application\/.+|text\/.+)$/, MAX_UPLOAD_BYTES],
]

/**
 * Refuses a file whose type or size the platform does not take (Cloud API, media). Whether it fits the
 * message type is checked when it is sent.
 */
export function checkUpload(mimeType: string, size: number): void {
  const plain = mimeType.split(';')[0]?.trim().toLowerCase() ?? ''
  const limit = LIMITS.find(([pattern]) => pattern.test(plain))?.[1]
  if (limit === undefined || plain === 'application/octet-stream') {
    throw parameterError(`Param file must be a file with one of the supported types. Received file of type '${mimeType}'.`)
  }
  if (size === 0) throw parameterError('Param file must not be empty.')
  if (size > limit) throw messagingError(131053, `The file has ${size} bytes; the limit for ${plain} is ${limit}.`)
}
