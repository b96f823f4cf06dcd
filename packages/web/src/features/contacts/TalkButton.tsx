import type { Contact } from '@atende/contracts/contacts'
import { Button, Menu } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { ChevronDown, MessageCircle } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useChannels } from '../channels/use-channels.ts'
import { useOpenConversation } from './contact-queries.ts'

/** One channel: one click. Several: choose which number the customer sees. */
export function TalkButton({ contact }: { contact: Contact }) {
  const { t } = useTranslation('contacts')
  const navigate = useNavigate()
  const open = useOpenConversation()
  const channels = (useChannels().data ?? []).filter((channel) => channel.status !== 'disabled')
  const [only] = channels
  if (only === undefined) return null
  const talk = (channelId: string): void =>
    open.mutate(
      { contactId: contact.id, channelId },
      { onSuccess: ({ id }) => void navigate({ to: '/conversas/$conversationId', params: { conversationId: id }, search: {} }) },
    )
  const icon = <MessageCircle size={16} aria-hidden />
  if (channels.length === 1) {
    return (
      <Button leftSection={icon} loading={open.isPending} onClick={() => talk(only.id)}>
        {t('talk')}
      </Button>
    )
  }
  return (
    <Menu position="bottom-end">
      <Menu.Target>
        <Button leftSection={icon} rightSection={<ChevronDown size={15} aria-hidden />} loading={open.isPending}>
          {t('talk')}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>
        {channels.map((channel) => (
          <Menu.Item key={channel.id} onClick={() => talk(channel.id)}>
            {t('talkBy', { channel: channel.name })}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
