import type { Conversation } from '@atende/contracts/conversations'
import { ActionIcon, Badge, Button, Tooltip } from '@mantine/core'
import { ArrowLeft, Check, Hand, PanelRight, RotateCcw, Tags } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan, useMe } from '../../../lib/session.ts'
import { useShortcut } from '../../../lib/shortcuts.ts'
import { Avatar } from '../../../ui/Avatar.tsx'
import { formatPhone, shownName } from '../../contacts/format-phone.ts'
import { useAssign, useSetStatus } from '../actions.ts'
import { TagPill } from '../list/TagPill.tsx'
import { AssigneeMenu } from './AssigneeMenu.tsx'
import classes from './ConversationHeader.module.css'
import { MoreMenu } from './MoreMenu.tsx'
import { TagEditor } from './TagEditor.tsx'

type HeaderProps = { conversation: Conversation; detailsOpen: boolean; onDetails: () => void; onBack: () => void }

const addressOf = ({ phone }: Conversation['contact']): string | null => (phone === null ? null : formatPhone(phone))

function StatusButton({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const mayWrite = useCan('conversations.write')
  const { mutate: setStatus } = useSetStatus(conversation)
  const resolved = conversation.status === 'resolved'
  const toggle = (): void => setStatus(resolved ? 'open' : 'resolved')
  const Icon = resolved ? RotateCcw : Check
  const label = resolved ? t('header.reopen') : t('header.resolve')
  useShortcut(mayWrite ? 'e' : null, toggle, t('shortcuts.resolve'), t('shortcuts.group'))
  return (
    <Button variant="default" size="xs" h={32} px={10} disabled={!mayWrite} onClick={toggle} aria-label={label} title={label}>
      <Icon size={16} aria-hidden />
      <span className={classes.label}>{label}</span>
    </Button>
  )
}

function TakeButton({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const { user } = useMe()
  const mayAnswer = useCan('messages.send')
  const mayWrite = useCan('conversations.write') && mayAnswer
  const { mutate: assign, isPending } = useAssign(conversation)
  const take = (): void => assign({ id: user.id, name: user.name })
  const mine = conversation.assignee?.id === user.id
  useShortcut(mayWrite && !mine ? 'a' : null, take, t('shortcuts.take'), t('shortcuts.group'))
  if (conversation.assignee !== null || conversation.status === 'resolved' || !mayWrite) return null
  return (
    <Button size="xs" h={32} px={11} loading={isPending} onClick={take} aria-label={t('header.take')} title={t('header.take')}>
      <Hand size={16} aria-hidden />
      <span className={classes.takeLabel}>{t('header.take')}</span>
    </Button>
  )
}

function TagButton({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const [opened, setOpened] = useState(false)
  const mayWrite = useCan('conversations.write')
  useShortcut(mayWrite ? 't' : null, () => setOpened(true), t('shortcuts.tags'), t('shortcuts.group'))
  return (
    <TagEditor conversation={conversation} opened={opened} onOpen={setOpened}>
      <button
        type="button"
        className={classes.tags}
        disabled={!mayWrite}
        onClick={() => setOpened((was) => !was)}
        aria-label={t('tags.edit')}
        title={t('tags.edit')}
      >
        <span className={classes.pills}>
          {conversation.tags.slice(0, 3).map((tag) => (
            <TagPill key={tag.id} tag={tag} />
          ))}
          {conversation.tags.length > 3 && <span className={classes.moreTags}>+{conversation.tags.length - 3}</span>}
        </span>
        <span className={classes.addTag}>
          <Tags size={13} aria-hidden />
          {conversation.tags.length === 0 && <span className={classes.tagLabel}>{t('tags.add')}</span>}
        </span>
      </button>
    </TagEditor>
  )
}

export function ConversationHeader({ conversation, detailsOpen, onDetails, onBack }: HeaderProps) {
  const { t } = useTranslation('inbox')
  const mayWrite = useCan('conversations.write')
  const group = conversation.contact.kind === 'group'
  const detailsLabel = detailsOpen ? t('header.hideDetails') : t('header.showDetails')
  useShortcut('d', onDetails, t('shortcuts.details'), t('shortcuts.group'))
  return (
    <header className={classes.header}>
      <ActionIcon variant="subtle" color="gray" size={36} className={classes.back} onClick={onBack} aria-label={t('header.back')}>
        <ArrowLeft size={20} aria-hidden />
      </ActionIcon>
      <Avatar name={conversation.contact.name} seed={conversation.contact.id} size={38} />
      <div className={classes.who}>
        <div className={classes.nameLine}>
          <h2 className={classes.name} title={shownName(conversation.contact.name)}>
            <button type="button" className={classes.nameButton} onClick={onDetails}>
              {shownName(conversation.contact.name)}
            </button>
          </h2>
          {conversation.status === 'resolved' && (
            <Badge size="sm" variant="light" color="gray" tt="none" fw={550} leftSection={<Check size={11} aria-hidden />}>
              {t('header.resolved')}
            </Badge>
          )}
        </div>
        <div className={classes.under}>
          <span className={classes.phone}>{addressOf(conversation.contact) ?? t(group ? 'header.group' : 'header.noPhone')}</span>
          <TagButton conversation={conversation} />
        </div>
      </div>
      <div className={classes.actions}>
        <TakeButton conversation={conversation} />
        <AssigneeMenu conversation={conversation} disabled={!mayWrite} />
        <StatusButton conversation={conversation} />
        <MoreMenu conversation={conversation} onUnread={onBack} />
        <Tooltip label={detailsLabel}>
          <ActionIcon
            className={classes.detailsButton}
            variant={detailsOpen ? 'light' : 'subtle'}
            color={detailsOpen ? 'sea' : 'gray'}
            size={32}
            onClick={onDetails}
            aria-label={detailsLabel}
            aria-pressed={detailsOpen}
          >
            <PanelRight size={18} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </div>
    </header>
  )
}
