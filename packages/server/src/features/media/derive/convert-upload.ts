import { AppError } from '../../../platform/errors.ts'
import type { Upload } from '../accept-upload.ts'
import { detectType } from '../detect-type.ts'
import { derive, Unreadable } from './derive.ts'

const HEIC = /^image\/hei[cf](-sequence)?$/

export const isHeic = (mime: string): boolean => HEIC.test(mime)

/**
 * A photo of an iPhone becomes a JPEG, unless it is to go as a document; everything else stays as it is.
 * @throws AppError media_type_refused (damaged), unavailable (too much to do right now)
 */
export async function convertUpload<U extends Upload>(upload: U): Promise<U> {
  if (upload.kind !== undefined && upload.kind !== 'image') return upload
  if (!isHeic((await detectType(upload.data, upload.filename)).mime)) return upload
  try {
    const { shown } = await derive('heic', upload.data)
    if (!shown) return upload
    return { ...upload, data: Buffer.from(shown), filename: upload.filename.replace(/(\.\w{1,5})?$/, '.jpg'), declaredMime: 'image/jpeg' }
  } catch (e) {
    if (e instanceof Unreadable) throw new AppError('media_type_refused', { detail: 'A imagem está danificada.' })
    throw new AppError('unavailable', { detail: 'Não conseguimos converter a foto agora. Tente de novo ou envie como documento.' })
  }
}
