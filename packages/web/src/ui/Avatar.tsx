import classes from './Avatar.module.css'
import { hueOf, initialsOf } from './avatar-color.ts'

type AvatarProps = { name: string /** Keeps the colour when the name changes. */; seed?: string; size?: number }

/** Decoration: the name stands beside it, so it is hidden from screen readers. */
export function Avatar({ name, seed, size = 36 }: AvatarProps) {
  const hue = hueOf(seed ?? name) * 30 + 8
  return (
    <span aria-hidden className={classes.avatar} style={{ width: size, height: size, fontSize: Math.round(size * 0.36), ['--hue' as string]: hue }}>
      {initialsOf(name)}
    </span>
  )
}
