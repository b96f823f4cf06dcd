import type { Tag } from '@atende/contracts/tags'
import classes from './TagPill.module.css'

type TagPillProps = { tag: Pick<Tag, 'name' | 'color'> }

/** The name carries the meaning; the dot only helps the eye. */
export function TagPill({ tag }: TagPillProps) {
  return (
    <span className={classes.pill} data-color={tag.color}>
      <span className={classes.dot} style={{ background: `var(--mantine-color-${tag.color}-filled)` }} />
      <span className={classes.name}>{tag.name}</span>
    </span>
  )
}
