import type { Conversation } from '@atende/contracts/conversations'
import { Text } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import { CircleCheck, CircleDot } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../lib/time.ts'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Pill } from '../../ui/Pill.tsx'
import rows from '../../ui/rows.module.css'
import { Section } from '../../ui/Section.tsx'
import classes from './ContactConversations.module.css'
import { useConversationsOf } from './contact-queries.ts'

function ConversationLink({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('contacts')
  const open = conversation.status === 'open'
  const who = conversation.assignee === null ? t('nobody') : t('withWho', { name: conversation.assignee.name })
  return (
    <Link
      to="/conversas/$conversationId"
      params={{ conversationId: conversation.id }}
      search={open ? {} : { status: 'resolved' }}
      className={`${rows.link} ${classes.link}`}
    >
      <span className={rows.words}>
        <span className={rows.oneLine}>{conversation.lastMessage?.preview ?? t('noPreview')}</span>
        <span className={rows.text}>{[conversation.channel.name, who, formatRelative(conversation.lastActivityAt)].join(' · ')}</span>
      </span>
      <Pill tone={open ? 'good' : 'quiet'} icon={open ? <CircleDot size={13} aria-hidden /> : <CircleCheck size={13} aria-hidden />}>
        {open ? t('open') : t('resolved')}
      </Pill>
    </Link>
  )
}

export function ContactConversations({ contactId }: { contactId: string }) {
  const { t } = useTranslation('contacts')
  const list = useConversationsOf(contactId, true)
  return (
    <Section flush title={t('conversations')}>
      {list.isPending && <ListSkeleton rows={2} />}
      {list.isError && <ErrorState compact error={list.error} retry={() => void list.refetch()} />}
      {list.data?.length === 0 && (
        <Text size="sm" c="dimmed" p="lg">
          {t('noConversations')}
        </Text>
      )}
      {list.data?.map((conversation) => (
        <ConversationLink key={conversation.id} conversation={conversation} />
      ))}
    </Section>
  )
}
