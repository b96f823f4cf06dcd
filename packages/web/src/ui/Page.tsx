import type { ReactNode } from 'react'
import classes from './Page.module.css'

/** A page that scrolls by itself, as wide as reading wants it. */
export function Page({ children }: { children: ReactNode }) {
  return (
    <div className={classes.scroll}>
      <div className={classes.page}>{children}</div>
    </div>
  )
}
