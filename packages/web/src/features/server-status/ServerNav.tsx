import './late-texts.ts'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import classes from './ServerStatus.module.css'

const PAGES = [
  { name: 'status', to: '/servidor' },
  { name: 'limits', to: '/servidor/limites' },
] as const

/** The pages of who runs the server. */
export function ServerNav() {
  const { t } = useTranslation('serverStatus')
  return (
    <nav className={classes.nav} aria-label={t('nav.label')}>
      {PAGES.map(({ name, to }) => (
        <Link key={name} to={to} className={classes.tab} activeOptions={{ exact: true }}>
          {t(`nav.${name}`)}
        </Link>
      ))}
    </nav>
  )
}
