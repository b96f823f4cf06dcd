import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { usePageTitle } from '../../lib/use-page-title.ts'
import { Mark } from '../../ui/Mark.tsx'
import classes from './EntryFrame.module.css'
import { EntryLanguage } from './EntryLanguage.tsx'
import { EntryScene } from './EntryScene.tsx'

type EntryFrameProps = { title: string; text?: ReactNode; children: ReactNode; foot?: ReactNode }

/** Login, sign-up and invitation: the form on one side, what it is about on the other. */
export function EntryFrame({ title, text, children, foot }: EntryFrameProps) {
  const { t } = useTranslation('common')
  usePageTitle(title)
  return (
    <div className={classes.frame}>
      <div className={classes.side}>
        <header className={classes.top}>
          <span className={classes.brand}>
            <Mark size={32} />
            {t('product')}
          </span>
          <EntryLanguage />
        </header>
        <main className={classes.main}>
          <h1 className={classes.title}>{title}</h1>
          {text !== undefined && <p className={classes.text}>{text}</p>}
          <div className={classes.form}>{children}</div>
          {foot !== undefined && <div className={classes.foot}>{foot}</div>}
        </main>
        <div />
      </div>
      <EntryScene />
    </div>
  )
}
