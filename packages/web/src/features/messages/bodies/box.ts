import type { Media } from '@atende/contracts/media'

const MAX_WIDTH = 330
const MAX_HEIGHT = 360
const MIN_SIDE = 120

/** The space a picture takes in a bubble: its own shape within limits, 4:3 when the shape is not known. */
export const boxOf = ({ width, height }: Pick<Media, 'width' | 'height'>): { width: number; aspectRatio: string } => {
  if (!width || !height) return { width: MAX_WIDTH, aspectRatio: '4 / 3' }
  const scale = Math.min(MAX_WIDTH / width, MAX_HEIGHT / height)
  const shownWidth = Math.max(MIN_SIDE, Math.round(width * scale))
  const shownHeight = Math.max(MIN_SIDE, Math.round(height * scale))
  return { width: shownWidth, aspectRatio: `${shownWidth} / ${shownHeight}` }
}
