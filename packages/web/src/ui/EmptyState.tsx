import type { ReactNode } from 'react'
import classes from './State.module.css'

type EmptyStateProps = { icon?: ReactNode; title: string; text?: ReactNode; action?: ReactNode; compact?: boolean }

/** Says what would be here and offers the next step. */
export function EmptyState({ icon, title, text, action, compact = false }: EmptyStateProps) {
  return (
    <div className={`${classes.state} ${compact ? classes.compact : ''}`}>
      {icon !== undefined && <div className={classes.icon}>{icon}</div>}
      <p className={classes.title}>{title}</p>
      {text !== undefined && <p className={classes.text}>{text}</p>}
      {action !== undefined && <div className={classes.actions}>{action}</div>}
    </div>
  )
}
