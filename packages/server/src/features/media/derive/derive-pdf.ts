import { PDFiumLibrary } from '@hyzyla/pdfium'
import sharp from 'sharp'
import { shrink } from './derive-image.ts'
import { type Derived, THUMBNAIL_SIDE } from './derive-types.ts'

let library: ReturnType<typeof PDFiumLibrary.init> | undefined

/** Twice the size that is shown, so that letters stay sharp when it is made small. */
const RENDERED_SIDE = THUMBNAIL_SIDE * 2

/** How many pages, and the first one as a picture. @throws when it is no PDF, or locked by a password */
export async function derivePdf(bytes: Uint8Array): Promise<Derived> {
  library ??= PDFiumLibrary.init()
  const document = await (await library).loadDocument(bytes)
  try {
    const pages = document.getPageCount()
    if (pages < 1) return { pages }
    const page = document.getPage(0)
    const { originalWidth, originalHeight } = page.getOriginalSize()
    const longest = Math.max(originalWidth, originalHeight)
    if (!(Math.min(originalWidth, originalHeight) > 0) || !Number.isFinite(longest)) return { pages }
    const scale = RENDERED_SIDE / longest
    if (Math.floor(originalWidth * scale) < 1 || Math.floor(originalHeight * scale) < 1) return { pages }
    const { data } = await page.render({
      scale,
      render: async ({ data: pixels, width, height }) =>
        new Uint8Array(
          await sharp(pixels, { raw: { width, height, channels: 4 } })
            .flatten({ background: '#ffffff' })
            .png({ compressionLevel: 1 })
            .toBuffer(),
        ),
    })
    return { pages, ...(await shrink(data)) }
  } finally {
    document.destroy()
  }
}
