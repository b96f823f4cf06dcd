import { MessagesSquare } from 'lucide-react'
import { useEffect } from 'react'
import { Trans, useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { usePageTitle } from '../../lib/use-page-title.ts'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { Kbd } from '../../ui/Kbd.tsx'
import { NoPermission } from '../../ui/NoPermission.tsx'
import { ConversationPane } from './conversation/ConversationPane.tsx'
import { DetailsPane } from './details/DetailsPane.tsx'
import classes from './InboxPage.module.css'
import { ConversationList } from './list/ConversationList.tsx'
import { useConversation } from './queries.ts'
import { useInboxRoute } from './route.ts'
import { useDetailsOpen } from './use-details-open.ts'

function NoneChosen() {
  const { t } = useTranslation('inbox')
  return (
    <div className={classes.none}>
      <EmptyState
        icon={<MessagesSquare size={24} aria-hidden />}
        title={t('none.title')}
        text={<Trans t={t} i18nKey="none.text" components={{ down: <Kbd keys="j" />, up: <Kbd keys="k" />, enter: <Kbd keys="Enter" /> }} />}
      />
    </div>
  )
}

type DetailsProps = { conversationId: string; over: boolean; onClose: () => void }

function Details({ conversationId, over, onClose }: DetailsProps) {
  const { t } = useTranslation('inbox')
  const { data: conversation } = useConversation(conversationId)
  useEffect(() => {
    if (!over) return undefined
    const close = (event: KeyboardEvent): void => {
      if (event.key === 'Escape' && !event.defaultPrevented) onClose()
    }
    window.addEventListener('keydown', close)
    return () => window.removeEventListener('keydown', close)
  }, [over, onClose])
  return (
    <aside className={classes.details} data-over={over || undefined} aria-label={t('pane.details')}>
      {conversation && <DetailsPane conversation={conversation} onClose={onClose} />}
    </aside>
  )
}

function Panes() {
  const { t } = useTranslation('inbox')
  const { conversationId, search, close, change } = useInboxRoute()
  const details = useDetailsOpen()
  return (
    <div className={classes.page} data-chosen={conversationId !== null || undefined}>
      <h1 className={classes.hidden}>{t('title')}</h1>
      <section className={classes.list} aria-label={t('pane.list')}>
        <ConversationList search={search} openId={conversationId} onChange={change} />
      </section>
      <section className={classes.conversation} aria-label={t('pane.conversation')}>
        {conversationId === null ? (
          <NoneChosen />
        ) : (
          <ConversationPane
            key={conversationId}
            conversationId={conversationId}
            goTo={search.m}
            detailsOpen={details.opened}
            onDetails={details.toggle}
            onBack={close}
          />
        )}
      </section>
      {conversationId !== null && details.opened && <Details conversationId={conversationId} over={!details.roomy} onClose={details.toggle} />}
    </div>
  )
}

/** Where attendants spend the day: the list, the conversation, and who the other side is. */
export function InboxPage() {
  const { t } = useTranslation('inbox')
  const mayRead = useCan('conversations.read')
  usePageTitle(t('title'))
  return mayRead ? <Panes /> : <NoPermission />
}
