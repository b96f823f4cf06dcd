import type { Conversation } from '@atende/contracts/conversations'
import { ActionIcon } from '@mantine/core'
import { Plus, X } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../../lib/session.ts'
import { useSetTags } from '../actions.ts'
import { TagEditor } from '../conversation/TagEditor.tsx'
import { TagPill } from '../list/TagPill.tsx'
import { ContactSection } from './ContactSection.tsx'
import { ConversationFacts } from './ConversationFacts.tsx'
import classes from './DetailsPane.module.css'
import { EarlierConversations } from './EarlierConversations.tsx'

function TagsSection({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation('inbox')
  const mayWrite = useCan('conversations.write')
  const [opened, setOpened] = useState(false)
  const { mutate: setTags } = useSetTags(conversation)
  return (
    <section className={classes.section}>
      <h3 className={classes.heading}>{t('tags.title')}</h3>
      <div className={classes.tags}>
        {conversation.tags.map((tag) => (
          <span key={tag.id} className={classes.tag}>
            <TagPill tag={tag} />
            {mayWrite && (
              <button
                type="button"
                className={classes.removeTag}
                aria-label={t('tags.remove', { name: tag.name })}
                onClick={() => setTags(conversation.tags.filter((one) => one.id !== tag.id))}
              >
                <X size={12} aria-hidden />
              </button>
            )}
          </span>
        ))}
        {mayWrite && (
          <TagEditor conversation={conversation} opened={opened} onOpen={setOpened}>
            <button type="button" className={classes.addTag} onClick={() => setOpened((was) => !was)}>
              <Plus size={12} aria-hidden />
              {t('tags.add')}
            </button>
          </TagEditor>
        )}
      </div>
    </section>
  )
}

export function DetailsPane({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useTranslation('inbox')
  return (
    <>
      <header className={classes.header}>
        <h2 className={classes.title}>{t('details.title')}</h2>
        <ActionIcon variant="subtle" color="gray" size={32} onClick={onClose} aria-label={t('details.close')}>
          <X size={18} aria-hidden />
        </ActionIcon>
      </header>
      <div className={classes.scroller}>
        <ContactSection conversation={conversation} />
        <TagsSection conversation={conversation} />
        <ConversationFacts conversation={conversation} />
        <EarlierConversations conversation={conversation} />
      </div>
    </>
  )
}
