import type { ReactNode } from 'react'
import { usePageTitle } from '../lib/use-page-title.ts'
import classes from './PageHeader.module.css'

type PageHeaderProps = {
  title: string /** What the page is for, in a sentence. */
  text?: ReactNode /** The way back to the list it belongs to. */
  back?: ReactNode
  actions?: ReactNode
}

export function PageHeader({ title, text, back, actions }: PageHeaderProps) {
  usePageTitle(title)
  return (
    <header className={classes.header}>
      {back}
      <div className={classes.row}>
        <div className={classes.words}>
          <h1 className={classes.title}>{title}</h1>
          {text !== undefined && <p className={classes.text}>{text}</p>}
        </div>
        {actions !== undefined && <div className={classes.actions}>{actions}</div>}
      </div>
    </header>
  )
}
