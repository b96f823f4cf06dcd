import type { ReactNode } from 'react'
import classes from './Pill.module.css'

/** A state in words, with its icon: colour is never the only sign. */
export function Pill({ tone, icon, children }: { tone: 'good' | 'waiting' | 'harm' | 'quiet'; icon?: ReactNode; children: ReactNode }) {
  return (
    <span className={classes.pill} data-tone={tone}>
      {icon}
      {children}
    </span>
  )
}
