import { MEDIA_LIMITS } from '@atende/contracts/media'

const MAX_SIDE = 2560
const QUALITIES = [0.9, 0.8, 0.65, 0.5] as const

const draw = async (file: Blob): Promise<OffscreenCanvas> => {
  const picture = await createImageBitmap(file)
  const scale = Math.min(1, MAX_SIDE / Math.max(picture.width, picture.height))
  const canvas = new OffscreenCanvas(Math.round(picture.width * scale), Math.round(picture.height * scale))
  const context = canvas.getContext('2d')
  if (!context) throw new Error('no canvas')
  // JPEG has no transparency; black would come out otherwise.
  context.fillStyle = '#fff'
  context.fillRect(0, 0, canvas.width, canvas.height)
  context.drawImage(picture, 0, 0, canvas.width, canvas.height)
  picture.close()
  return canvas
}

/** A photo as WhatsApp takes it, in the best quality that fits. Throws when this browser cannot read the format. */
export const toJpeg = async (file: File): Promise<File> => {
  const canvas = await draw(file)
  for (const quality of QUALITIES) {
    const jpeg = await canvas.convertToBlob({ type: 'image/jpeg', quality })
    if (jpeg.size <= MEDIA_LIMITS.image.maxBytes) return new File([jpeg], `${file.name.replace(/\.\w+$/, '')}.jpg`, { type: 'image/jpeg' })
  }
  throw new Error('too large even as a small JPEG')
}
