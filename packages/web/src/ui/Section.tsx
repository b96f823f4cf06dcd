import type { ReactNode } from 'react'
import classes from './Section.module.css'

type SectionProps = { title?: string; text?: ReactNode; actions?: ReactNode; children: ReactNode /** Rows go from edge to edge. */; flush?: boolean }

export function Section({ title, text, actions, children, flush = false }: SectionProps) {
  return (
    <section className={classes.section}>
      {(title !== undefined || actions !== undefined) && (
        <div className={classes.head}>
          <div className={classes.words}>
            {title !== undefined && <h2 className={classes.title}>{title}</h2>}
            {text !== undefined && <p className={classes.text}>{text}</p>}
          </div>
          {actions}
        </div>
      )}
      <div className={classes.card} data-flush={flush || undefined}>
        {children}
      </div>
    </section>
  )
}

/** One line of a flush section. */
export function Row({ children }: { children: ReactNode }) {
  return <div className={classes.row}>{children}</div>
}
