import { ActionIcon, Skeleton } from '@mantine/core'
import { ArrowLeft } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../../../lib/api-error.ts'
import { useNow } from '../../../lib/time.ts'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { MessagesSkeleton } from '../../messages/MessagesSkeleton.tsx'
import { ThreadView } from '../../messages/ThreadView.tsx'
import { useConversation } from '../queries.ts'
import { useKeptAddress } from '../route.ts'
import { windowState } from '../window.ts'
import classes from './ConversationHeader.module.css'
import { ConversationHeader } from './ConversationHeader.tsx'
import { useReading } from './use-reading.ts'

type PaneProps = { conversationId: string; goTo: string | undefined; detailsOpen: boolean; onDetails: () => void; onBack: () => void }

function BackOnly({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation('inbox')
  return (
    <header className={classes.header}>
      <ActionIcon variant="subtle" color="gray" size={36} className={classes.back} onClick={onBack} aria-label={t('header.back')}>
        <ArrowLeft size={20} aria-hidden />
      </ActionIcon>
    </header>
  )
}

function Missing({ error, onBack, retry }: { error: unknown; onBack: () => void; retry: () => void }) {
  const { t } = useTranslation('inbox')
  const unknown = isApiError(error) && (error.status === 404 || error.code === 'validation_failed')
  return (
    <>
      <BackOnly onBack={onBack} />
      {unknown ? <EmptyState title={t('problem.notFound')} text={t('problem.notFoundText')} /> : <ErrorState error={error} retry={retry} />}
    </>
  )
}

function Loading({ onBack }: { onBack: () => void }) {
  const { t } = useTranslation('inbox')
  return (
    <>
      <header className={classes.header}>
        <ActionIcon variant="subtle" color="gray" size={36} className={classes.back} onClick={onBack} aria-label={t('header.back')}>
          <ArrowLeft size={20} aria-hidden />
        </ActionIcon>
        <Skeleton circle height={38} />
        <div className={classes.who}>
          <Skeleton height={13} width={180} />
          <Skeleton height={11} width={120} mt={8} />
        </div>
      </header>
      <MessagesSkeleton />
    </>
  )
}

export function ConversationPane({ conversationId, goTo, detailsOpen, onDetails, onBack }: PaneProps) {
  const { data: conversation, isError, error, refetch } = useConversation(conversationId)
  const [atEnd, setAtEnd] = useState(false)
  const now = useNow(30_000)
  useReading(conversation, atEnd)
  useKeptAddress(conversationId, conversation)
  if (!conversation) {
    return isError ? <Missing error={error} onBack={onBack} retry={() => void refetch()} /> : <Loading onBack={onBack} />
  }
  return (
    <>
      <ConversationHeader conversation={conversation} detailsOpen={detailsOpen} onDetails={onDetails} onBack={onBack} />
      <ThreadView conversation={conversation} windowOpen={windowState(conversation, now).open} goTo={goTo} onAtEnd={setAtEnd} />
    </>
  )
}
