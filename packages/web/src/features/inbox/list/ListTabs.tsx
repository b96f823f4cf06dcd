import type { ConversationView } from '@atende/contracts/conversations'
import { useTranslation } from 'react-i18next'
import { useMe } from '../../../lib/session.ts'
import { useCounts } from '../queries.ts'
import classes from './ListHeader.module.css'

const VIEWS: readonly ConversationView[] = ['mine', 'unassigned', 'all', 'unread']

type ListTabsProps = { view: ConversationView; counted: boolean; onChange: (view: ConversationView) => void }

export function ListTabs({ view, counted, onChange }: ListTabsProps) {
  const { t } = useTranslation('inbox')
  const { data: counts } = useCounts()
  // Who sees only the own ones would find nothing there.
  const views = useMe().user.sees === 'own' ? VIEWS.filter((one) => one !== 'unassigned') : VIEWS
  return (
    <nav className={classes.tabs} aria-label={t('viewLabel')}>
      {views.map((one) => (
        <button key={one} type="button" className={classes.tab} aria-pressed={one === view} title={t(`view.${one}`)} onClick={() => onChange(one)}>
          <span>{t(`viewShort.${one}`)}</span>
          {counted && counts !== undefined && counts[one] > 0 && <span className={classes.count}>{counts[one] > 999 ? '999+' : counts[one]}</span>}
        </button>
      ))}
    </nav>
  )
}
