export type ImageSize = { width: number; height: number; animated: boolean }

function png(b: Buffer): ImageSize | undefined {
  if (b.length < 24 || b.readUInt32BE(0) !== 0x89504e47 || b.toString('latin1', 12, 16) !== 'IHDR') return undefined
  return { width: b.readUInt32BE(16), height: b.readUInt32BE(20), animated: false }
}

function webp(b: Buffer): ImageSize | undefined {
  if (b.length < 30 || b.toString('latin1', 0, 4) !== 'RIFF' || b.toString('latin1', 8, 12) !== 'WEBP') return undefined
  switch (b.toString('latin1', 12, 16)) {
    case 'VP8 ':
      return { width: b.readUInt16LE(26) & 0x3fff, height: b.readUInt16LE(28) & 0x3fff, animated: false }
    case 'VP8L': {
      const bits = b.readUInt32LE(21)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1, animated: false }
    }
    case 'VP8X':
      return { width: b.readUIntLE(24, 3) + 1, height: b.readUIntLE(27, 3) + 1, animated: ((b[20] ?? 0) & 0x02) !== 0 }
    default:
      return undefined
  }
}

/** EXIF orientation 5 to 8 turns the picture by a quarter: width and height change places on screen. */
function isTurned(exif: Buffer): boolean {
  if (exif.length < 20 || exif.toString('latin1', 0, 4) !== 'Exif') return false
  const tiff = exif.subarray(6)
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const u16 = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const u32 = (at: number) => (at + 4 > tiff.length ? 0 : little ? tiff.readUInt32LE(at) : tiff.readUInt32BE(at))
  const directory = u32(4)
  for (let i = 0; i < Math.min(u16(directory), 64); i++) {
    const entry = directory + 2 + i * 12
    if (u16(entry) === 0x0112) return u16(entry + 8) >= 5 && u16(entry + 8) <= 8
  }
  return false
}

/** Frame headers SOF0 to SOF15, without DHT, JPG and DAC, which share the range. */
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc

function jpeg(b: Buffer): ImageSize | undefined {
  if (b.length < 4 || b.readUInt16BE(0) !== 0xffd8) return undefined
  let turned = false
  for (let at = 2; at + 9 < b.length; ) {
    if (b[at] !== 0xff) return undefined
    const marker = b[at + 1] ?? 0
    if (marker === 0xff) {
      at++
      continue
    }
    const length = b.readUInt16BE(at + 2)
    if (isFrame(marker)) {
      const [height, width] = [b.readUInt16BE(at + 5), b.readUInt16BE(at + 7)]
      return turned ? { width: height, height: width, animated: false } : { width, height, animated: false }
    }
    if (marker === 0xe1) turned ||= isTurned(b.subarray(at + 4, at + 2 + length))
    at += 2 + length
  }
  return undefined
}

/** Pixels of a JPEG, PNG or WebP as they appear on screen, from its header alone; undefined for anything else or damaged. */
export const readImageSize = (data: Buffer): ImageSize | undefined => png(data) ?? webp(data) ?? jpeg(data)
