import type { Conversation } from '@atende/contracts/conversations'
import { ActionIcon, Menu } from '@mantine/core'
import { Ellipsis, Link2, MailOpen } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../../lib/session.ts'
import { toast } from '../../../ui/toast.ts'
import { useMarkUnread } from '../actions.ts'

type MoreMenuProps = { conversation: Conversation; onUnread: () => void }

export function MoreMenu({ conversation, onUnread }: MoreMenuProps) {
  const { t } = useTranslation('inbox')
  const mayWrite = useCan('conversations.write')
  const { mutate: markUnread } = useMarkUnread(conversation)
  const copyLink = async (): Promise<void> => {
    await navigator.clipboard.writeText(`${window.location.origin}/conversas/${conversation.id}`)
    toast(t('header.linkCopied'))
  }
  return (
    <Menu position="bottom-end" width={250}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size={32} aria-label={t('header.more')}>
          <Ellipsis size={18} aria-hidden />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        {mayWrite && (
          <Menu.Item
            leftSection={<MailOpen size={16} aria-hidden />}
            onClick={() => {
              markUnread()
              onUnread()
            }}
          >
            {t('header.markUnread')}
          </Menu.Item>
        )}
        <Menu.Item leftSection={<Link2 size={16} aria-hidden />} onClick={() => void copyLink()}>
          {t('header.copyLink')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
