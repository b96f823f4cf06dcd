import type { Tag } from '@atende/contracts/tags'
import classes from './TagChip.module.css'
import { tagStyle } from './tag-hue.ts'

/** A tag as it stands on conversations. */
export function TagChip({ tag }: { tag: Pick<Tag, 'name' | 'color'> }) {
  return (
    <span className={classes.chip} style={tagStyle(tag.color)} title={tag.name}>
      <span className={classes.name}>{tag.name}</span>
    </span>
  )
}
