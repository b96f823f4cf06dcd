import type { Conversation } from '@atende/contracts/conversations'
import type { Media } from '@atende/contracts/media'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '../../lib/session.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { toast } from '../../ui/toast.ts'
import { shownName } from '../contacts/format-phone.ts'
import { Composer, type ComposerHandle } from './composer/Composer.tsx'
import { Lightbox } from './Lightbox.tsx'
import { MessageList, type Target } from './MessageList.tsx'
import { MessagesSkeleton } from './MessagesSkeleton.tsx'
import { reactTo, retryMessage } from './message-actions.ts'
import { useMessages } from './queries.ts'
import { type Quote, quoteOf } from './send.ts'
import { type Thread, ThreadProvider } from './thread-context.ts'
import { useRoom } from './use-room.ts'

type ThreadViewProps = { conversation: Conversation; windowOpen: boolean; goTo: string | undefined; onAtEnd: (atEnd: boolean) => void }

/** Which part of the conversation is loaded, and going to a message in it. */
const useJumps = (conversationId: string, goTo: string | undefined) => {
  const { t } = useTranslation('messages')
  const [anchorId, setAnchorId] = useState<string | null>(null)
  const [target, setTarget] = useState<Target | null>(null)
  const query = useMessages(conversationId, anchorId)
  const jumpTo = useCallback((id: string) => setTarget({ id, nonce: Date.now() }), [])
  const onTarget = useCallback(
    (found: boolean) => {
      setTarget(null)
      if (found || !target) return
      if (anchorId === target.id) {
        toast(t('list.notThere'))
        return
      }
      setAnchorId(target.id)
      setTarget({ ...target })
    },
    [target, anchorId, t],
  )
  // What a search found is gone to once the conversation is open, and again for the next hit in it.
  useEffect(() => {
    if (goTo !== undefined) jumpTo(goTo)
  }, [goTo, jumpTo])
  const onNewest = useCallback(() => setAnchorId(null), [])
  return { query, anchorId, target, jumpTo, onTarget, onNewest }
}

export function ThreadView({ conversation, windowOpen, goTo, onAtEnd }: ThreadViewProps) {
  const { id, contact } = conversation
  const { user } = useMe()
  const maySend = useCan('messages.send') && windowOpen
  const [unreadAtOpen] = useState(conversation.unreadCount)
  const [quote, setQuote] = useState<Quote>(null)
  const [picture, setPicture] = useState<{ media: Media; caption: string } | null>(null)
  const composer = useRef<ComposerHandle>(null)
  const { query, anchorId, target, jumpTo, onTarget, onNewest } = useJumps(id, goTo)
  useRoom(id)

  const thread = useMemo<Thread>(
    () => ({
      contactName: shownName(contact.name),
      userId: user.id,
      maySend,
      jumpTo,
      reply: (message) => {
        setQuote(quoteOf(message))
        composer.current?.focus()
      },
      react: (message, emoji) => void reactTo(message, emoji, user.id),
      retry: (message) => void retryMessage(message),
      chooseTemplate: () => composer.current?.chooseTemplate(),
      openImage: (media, caption) => setPicture({ media, caption }),
      backToComposer: () => {
        if (window.matchMedia('(hover: hover)').matches) composer.current?.focus()
      },
    }),
    [contact.name, user.id, maySend, jumpTo],
  )
  return (
    <ThreadProvider value={thread}>
      {query.data ? (
        <MessageList
          key={anchorId ?? 'newest'}
          query={query}
          conversationId={id}
          unreadAtOpen={anchorId === null ? unreadAtOpen : 0}
          target={target}
          onTarget={onTarget}
          onAtEnd={onAtEnd}
          onNewest={onNewest}
        />
      ) : query.isError ? (
        <ErrorState error={query.error} retry={() => void query.refetch()} />
      ) : (
        <MessagesSkeleton />
      )}
      <Composer ref={composer} conversation={conversation} windowOpen={windowOpen} quote={quote} onQuoteDone={() => setQuote(null)} />
      {picture && <Lightbox media={picture.media} caption={picture.caption} onClose={() => setPicture(null)} />}
    </ThreadProvider>
  )
}
