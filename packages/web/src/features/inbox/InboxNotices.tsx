import { useNavigate, useParams } from '@tanstack/react-router'
import { useEffect, useEffectEvent, useState } from 'react'
import { setUnreadBadge } from '../../lib/badge.ts'
import { useConnection } from '../../lib/connection.ts'
import { notifyDesktop } from '../../lib/desktop-notice.ts'
import { takeNoticeTurn } from '../../lib/notice-turn.ts'
import { useMe } from '../../lib/session.ts'
import { useSocketEvent } from '../../lib/socket.ts'
import { playNotice } from '../../lib/sound.ts'
import { shownName } from '../contacts/format-phone.ts'
import { flushOutbox, hasUnsentFiles, openOutbox } from '../messages/outbox-store.ts'
import { usePreview } from '../messages/use-preview.ts'
import { pruneLists } from './cache.ts'
import { createBatch } from './event-batch.ts'
import { applyBurst, type LiveEvent } from './live-batch.ts'
import { type Arrival, concerns, isSeen } from './notify.ts'
import { useCounts } from './queries.ts'

const isWatching = (): boolean => document.visibilityState === 'visible' && document.hasFocus()

const useOutboxFlow = (userId: string): void => {
  const connection = useConnection()
  useEffect(() => openOutbox(userId), [userId])
  useEffect(() => {
    if (connection === 'online') flushOutbox()
  }, [connection])
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent): void => {
      if (hasUnsentFiles()) event.preventDefault()
    }
    window.addEventListener('online', flushOutbox)
    window.addEventListener('beforeunload', warn)
    return () => {
      window.removeEventListener('online', flushOutbox)
      window.removeEventListener('beforeunload', warn)
    }
  }, [])
}

/** Keeps everything on screen in step with the server, and tells this person what needs them. Draws nothing. */
export function InboxNotices() {
  const { user } = useMe()
  const params: { conversationId?: string | undefined } = useParams({ strict: false })
  const openId = params.conversationId ?? null
  const navigate = useNavigate()
  const { textOf } = usePreview()
  const { data: counts } = useCounts(user.permissions.includes('conversations.read'))
  useOutboxFlow(user.id)

  const announce = ({ conversation, message }: Arrival): void => {
    playNotice()
    notifyDesktop({
      title: shownName(conversation.contact.name),
      body: textOf(message.content).slice(0, 140),
      tag: conversation.id,
      onClick: () =>
        void navigate({ to: '/conversas/$conversationId', params: { conversationId: conversation.id }, search: (was) => ({ ...was, m: undefined }) }),
    })
  }
  const flush = useEffectEvent((burst: LiveEvent[]) => {
    applyBurst(burst, { userId: user.id, openId })
    const situation = { userId: user.id, openId, watching: isWatching(), now: Date.now() }
    const arrivals = burst.flatMap((live) => (live.name === 'message:new' ? [live.event] : []))
    const mine = arrivals.filter((arrival) => concerns(arrival, situation))
    const seen = mine.findLast((arrival) => isSeen(arrival, situation))
    const unseen = mine.findLast((arrival) => !isSeen(arrival, situation))
    if (seen) void takeNoticeTurn(seen.conversation.id, true, () => undefined)
    if (unseen) void takeNoticeTurn(unseen.conversation.id, false, () => announce(unseen))
  })
  const [batch] = useState(() => createBatch<LiveEvent>((burst) => flush(burst)))
  useEffect(() => batch.stop, [batch])
  useEffect(() => pruneLists({ userId: user.id, openId }), [user.id, openId])
  useEffect(() => setUnreadBadge(counts?.unread ?? 0), [counts])

  useSocketEvent('message:new', (event) => batch.push({ name: 'message:new', event }))
  useSocketEvent('message:status', (event) => batch.push({ name: 'message:status', event }))
  useSocketEvent('message:updated', (event) => batch.push({ name: 'message:updated', event }))
  useSocketEvent('conversation:updated', (event) => batch.push({ name: 'conversation:updated', event }))
  useSocketEvent('conversation:assigned', (event) => batch.push({ name: 'conversation:assigned', event }))
  useSocketEvent('conversation:gone', (event) => batch.push({ name: 'conversation:gone', event }))
  return null
}
