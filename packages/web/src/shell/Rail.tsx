import { ConversationCounts } from '@atende/contracts/conversations'
import { ActionIcon, Tooltip } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { Bell, Contact, ListChecks, MessagesSquare, PanelLeftClose, PanelLeftOpen, Settings } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useNoticeCount } from '../features/notices/use-notice-count.ts'
import { api } from '../lib/api.ts'
import { keys } from '../lib/query.ts'
import { useCan, useMe } from '../lib/session.ts'
import { Mark } from '../ui/Mark.tsx'
import classes from './Rail.module.css'
import { UserMenu } from './UserMenu.tsx'

type RailProps = { wide: boolean; onToggle: () => void; onShortcuts: () => void }
type EntryProps = { to: '/conversas' | '/contatos' | '/avisos' | '/configuracoes' | '/comecar'; icon: ReactNode; label: string; wide: boolean; count?: number }

function Entry({ to, icon, label, wide, count = 0 }: EntryProps) {
  return (
    <Tooltip label={label} position="right" disabled={wide}>
      <Link to={to} className={classes.entry} activeProps={{ className: classes.active }}>
        <span className={classes.icon}>
          {icon}
          {count > 0 && <span className={classes.dot} aria-hidden />}
        </span>
        <span className={classes.label}>{label}</span>
        {count > 0 && <span className={classes.count}>{count > 99 ? '99+' : count}</span>}
      </Link>
    </Tooltip>
  )
}

function useUnread(): number {
  const enabled = useCan('conversations.read')
  const { data } = useQuery({
    queryKey: keys.counts,
    queryFn: ({ signal }) => api(ConversationCounts, 'GET', '/api/conversations/counts', { signal }),
    enabled,
  })
  return data?.unread ?? 0
}

export function Rail({ wide, onToggle, onShortcuts }: RailProps) {
  const { t } = useTranslation('common')
  const unread = useUnread()
  const me = useMe()
  const mayRead = useCan('conversations.read')
  const mayContacts = useCan('contacts.read')
  const mayManage = useCan('channels.manage')
  const notices = useNoticeCount(mayManage)?.open ?? 0
  const maySetUp = [mayManage, useCan('users.manage'), useCan('tenant.manage')].every(Boolean)
  const mayStart = maySetUp && me.tenant !== null && me.tenant.onboardedAt === null
  const toggleLabel = wide ? t('nav.collapse') : t('nav.expand')
  return (
    <nav className={classes.rail} data-wide={wide || undefined} aria-label={t('nav.label')}>
      <div className={classes.brand}>
        <Mark size={30} />
        <span className={classes.name}>{t('product')}</span>
      </div>
      <div className={classes.entries}>
        {mayRead && <Entry to="/conversas" icon={<MessagesSquare size={20} aria-hidden />} label={t('nav.inbox')} wide={wide} count={unread} />}
        {mayContacts && <Entry to="/contatos" icon={<Contact size={20} aria-hidden />} label={t('nav.contacts')} wide={wide} />}
        {mayManage && <Entry to="/avisos" icon={<Bell size={20} aria-hidden />} label={t('nav.notices')} wide={wide} count={notices} />}
        <Entry to="/configuracoes" icon={<Settings size={20} aria-hidden />} label={t('nav.settings')} wide={wide} />
        {mayStart && <Entry to="/comecar" icon={<ListChecks size={20} aria-hidden />} label={t('nav.start')} wide={wide} />}
      </div>
      <div className={classes.foot}>
        <Tooltip label={toggleLabel} position="right">
          <ActionIcon className={classes.toggle} variant="subtle" color="gray" size={36} onClick={onToggle} aria-label={toggleLabel} aria-expanded={wide}>
            {wide ? <PanelLeftClose size={18} aria-hidden /> : <PanelLeftOpen size={18} aria-hidden />}
          </ActionIcon>
        </Tooltip>
        <UserMenu wide={wide} onShortcuts={onShortcuts} />
      </div>
    </nav>
  )
}
