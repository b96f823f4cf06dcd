import type { TagColor } from '@atende/contracts/tags'
import type { z } from 'zod'

type Color = z.infer<typeof TagColor>

const HUES: Record<Color, number> = {
  gray: 80,
  red: 25,
  pink: 0,
  grape: 325,
  violet: 300,
  indigo: 275,
  blue: 250,
  cyan: 215,
  teal: 185,
  green: 155,
  lime: 128,
  yellow: 95,
  orange: 58,
}

/** For `style`: the same lightness for every colour, so that text on it is always readable. */
export const tagStyle = (color: Color): Record<string, string | number> => ({
  '--tag-hue': HUES[color],
  '--tag-chroma': color === 'gray' ? 0.01 : 0.09,
})
