import decodeHeic from 'heic-decode'
import sharp, { type Sharp } from 'sharp'
import { type Derived, THUMBNAIL_SIDE } from './derive-types.ts'

/** More pixels than any telephone takes today; what claims more is a bomb or a poster. */
const MAX_PIXELS = 64_000_000
/** What WhatsApp takes as a photo (Cloud API, media): a converted one can be sent on. */
const MAX_JPEG_BYTES = 5_242_880
/** Quality and longest side, until it fits. */
const JPEG_STEPS = [
  [88, 4096],
  [80, 3072],
  [65, 2048],
] as const
const BLUR_SIDE = 20
const SECONDS = 12
/** Drawings that name other files, and formats nobody sends, are not opened at all. */
const READABLE = new Set(['jpeg', 'png', 'webp', 'gif', 'heif', 'tiff'])

sharp.cache(false)
sharp.concurrency(1)

type Pixels = { data: Uint8Array | Uint8ClampedArray; width: number; height: number }
type Source = Uint8Array | Pixels

const open = (source: Source): Sharp =>
  (source instanceof Uint8Array
    ? sharp(source, { limitInputPixels: MAX_PIXELS, failOn: 'error', sequentialRead: true, pages: 1 })
    : sharp(source.data, { raw: { width: source.width, height: source.height, channels: 4 }, limitInputPixels: MAX_PIXELS })
  ).timeout({ seconds: SECONDS })

/** A small webp, and a tiny one as a data URL. */
export async function shrink(source: Source): Promise<Pick<Derived, 'thumbnail' | 'blur'>> {
  const box = { width: THUMBNAIL_SIDE, height: THUMBNAIL_SIDE, fit: 'inside', withoutEnlargement: true } as const
  const thumbnail = await open(source).autoOrient().resize(box).webp({ quality: 74 }).toBuffer()
  const tiny = await sharp(thumbnail).resize({ width: BLUR_SIDE, height: BLUR_SIDE, fit: 'inside' }).webp({ quality: 30 }).toBuffer()
  return { thumbnail, blur: `data:image/webp;base64,${tiny.toString('base64')}` }
}

/** The best JPEG that WhatsApp would take. */
async function toJpeg(source: Source): Promise<Uint8Array> {
  for (const [quality, side] of JPEG_STEPS) {
    const box = { width: side, height: side, fit: 'inside', withoutEnlargement: true } as const
    const jpeg = await open(source).autoOrient().resize(box).flatten({ background: '#ffffff' }).jpeg({ quality }).toBuffer()
    if (jpeg.byteLength <= MAX_JPEG_BYTES) return jpeg
  }
  throw new Error('too large even as a small JPEG')
}

const fromJpeg = async (jpeg: Uint8Array): Promise<Derived> => {
  const { width, height } = await sharp(jpeg).metadata()
  return { ...(await shrink(jpeg)), width, height, shown: jpeg }
}

/** Any picture that browsers show; a TIFF also gets a JPEG. @throws when it is none, too large or damaged */
export async function deriveImage(bytes: Uint8Array): Promise<Derived> {
  const { format, autoOrient } = await open(bytes).metadata()
  if (!READABLE.has(format)) throw new Error(`format ${format}`)
  if (format === 'tiff') return fromJpeg(await toJpeg(bytes))
  return { ...(await shrink(bytes)), width: autoOrient.width, height: autoOrient.height }
}

/** The pixels of a HEIC, upright (the decoder turns them). @throws */
async function readHeic(bytes: Uint8Array): Promise<Pixels> {
  const images = await decodeHeic.all({ buffer: bytes })
  try {
    const first = images[0]
    if (!first || first.width * first.height > MAX_PIXELS) throw new Error('pixels')
    return await first.decode()
  } finally {
    images.dispose()
  }
}

/** iPhone photos: a JPEG to show and to send, and its thumbnail. Some files that say "HEIF" hold AVIF; those sharp reads itself. */
export async function deriveHeic(bytes: Uint8Array): Promise<Derived> {
  const source: Source = await readHeic(bytes).catch(() => bytes)
  return fromJpeg(await toJpeg(source))
}
