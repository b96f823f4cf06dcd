import { useMediaQuery } from '@mantine/hooks'
import { Outlet, useNavigate, useRouterState } from '@tanstack/react-router'
import { lazy, Suspense, useEffect, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { InboxNotices } from '../features/inbox/InboxNotices.tsx'
import { useNoticeCount } from '../features/notices/use-notice-count.ts'
import { readStored, writeStored } from '../lib/locale.ts'
import { useCan, useMe } from '../lib/session.ts'
import { useShortcut } from '../lib/shortcuts.ts'
import { connectSocket } from '../lib/socket.ts'
import classes from './AppShell.module.css'
import { ConnectionNotice } from './ConnectionNotice.tsx'
import { Rail } from './Rail.tsx'
import { ShortcutHelp } from './ShortcutHelp.tsx'
import { useLiveLists } from './use-live-lists.ts'

const STORED = 'atende.rail'
/** Comes only when there is something urgent. */
const CriticalBar = lazy(() => import('../features/notices/CriticalBar.tsx').then((m) => ({ default: m.CriticalBar })))
/** Comes only while the own address is not confirmed. */
const EmailBanner = lazy(() => import('../features/access/EmailBanner.tsx').then((m) => ({ default: m.EmailBanner })))

function useRailWidth(): [boolean, () => void] {
  const roomy = useMediaQuery('(min-width: 1360px)', true)
  const [chosen, setChosen] = useState(() => readStored(STORED))
  const wide = chosen === null ? roomy : chosen === 'wide'
  const toggle = (): void => {
    const next = wide ? 'narrow' : 'wide'
    setChosen(next)
    writeStored(STORED, next)
  }
  return [wide, toggle]
}

function useGeneralShortcuts(openHelp: () => void): void {
  const { t } = useTranslation('common')
  const navigate = useNavigate()
  useShortcut('?', openHelp, t('shortcuts.help'))
  useShortcut('g i', () => void navigate({ to: '/conversas', search: {} }), t('shortcuts.goInbox'))
  useShortcut('g c', () => void navigate({ to: '/contatos', search: {} }), t('shortcuts.goContacts'))
  useShortcut('g s', () => void navigate({ to: '/configuracoes' }), t('shortcuts.goSettings'))
}

/** The frame around every page that needs a login. */
export function AppShell() {
  const { t } = useTranslation('common')
  const [wide, toggle] = useRailWidth()
  const [help, setHelp] = useState(false)
  const inConversation = useRouterState({ select: (state) => /^\/conversas\/[^/]+/.test(state.location.pathname) })
  useGeneralShortcuts(() => setHelp(true))
  const urgent = (useNoticeCount(useCan('channels.manage'))?.critical ?? 0) > 0
  const { emailConfirmed } = useMe().user
  useLiveLists()
  const inTenant = useMe().tenant !== null
  // What is told live is told to companies; a socket without one is refused, which would read as an ended login.
  useEffect(() => (inTenant ? connectSocket() : undefined), [inTenant])
  return (
    <div className={classes.shell} data-focused={inConversation || undefined}>
      <a href="#conteudo" className={classes.skip}>
        {t('nav.skip')}
      </a>
      <div className={classes.rail}>
        <Rail wide={wide} onToggle={toggle} onShortcuts={() => setHelp(true)} />
      </div>
      <div className={classes.main}>
        {inTenant && <ConnectionNotice />}
        {urgent && (
          <Suspense>
            <CriticalBar />
          </Suspense>
        )}
        {!emailConfirmed && (
          <Suspense>
            <EmailBanner />
          </Suspense>
        )}
        <main id="conteudo" tabIndex={-1} className={classes.content}>
          <Outlet />
        </main>
      </div>
      <InboxNotices />
      <ShortcutHelp opened={help} onClose={() => setHelp(false)} />
    </div>
  )
}
