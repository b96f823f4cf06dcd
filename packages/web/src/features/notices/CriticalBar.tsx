import './late-texts.ts'
import { Link, useRouterState } from '@tanstack/react-router'
import { TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import classes from './CriticalBar.module.css'
import { useNotices } from './use-notices.ts'

/** A slim line over everything but the notices themselves, for who can do something about it. */
export function CriticalBar() {
  const { t } = useTranslation('notices')
  const there = useRouterState({ select: (state) => state.location.pathname === '/avisos' })
  const { data } = useNotices('open')
  const urgent = data?.pages.flatMap((page) => page.items).filter((notice) => notice.severity === 'critical') ?? []
  const [first] = urgent
  if (first === undefined || there) return null
  return (
    <div className={classes.bar} role="status">
      <TriangleAlert size={16} aria-hidden className={classes.icon} />
      <span className={classes.text}>
        <strong>{t('bar', { count: urgent.length })}</strong> {first.title}
      </span>
      <Link to="/avisos" search={{}} className={classes.link}>
        {t('see')}
      </Link>
    </div>
  )
}
