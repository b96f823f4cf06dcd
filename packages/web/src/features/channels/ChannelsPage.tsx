import { Button, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { MessageCircle, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { LoadedList } from '../../ui/LoadedList.tsx'
import { Section } from '../../ui/Section.tsx'
import { ChannelLink } from './ChannelLink.tsx'
import { ConnectChannel } from './ConnectChannel.tsx'
import { useChannels } from './use-channels.ts'

function ChannelList({ onAdd }: { onAdd: () => void }) {
  const { t } = useTranslation('channels')
  const mayManage = useCan('channels.manage')
  const channels = useChannels()
  return (
    <Section flush>
      <LoadedList query={channels} rows={2} avatar>
        {(list) => (
          <>
            {list.length === 0 && (
              <EmptyState
                icon={<MessageCircle size={24} aria-hidden />}
                title={t('emptyTitle')}
                text={mayManage ? t('emptyText') : t('emptyReader')}
                action={mayManage && <Button onClick={onAdd}>{t('add')}</Button>}
              />
            )}
            {list.map((channel) => (
              <ChannelLink key={channel.id} channel={channel} />
            ))}
          </>
        )}
      </LoadedList>
    </Section>
  )
}

export function ChannelsPage() {
  const { t } = useTranslation(['channels', 'common'])
  const mayManage = useCan('channels.manage')
  const [adding, add] = useDisclosure(false)
  return (
    <SettingsFrame
      title={t('title')}
      text={t('text')}
      actions={
        mayManage && (
          <Button leftSection={<Plus size={16} aria-hidden />} onClick={add.open}>
            {t('add')}
          </Button>
        )
      }
      permission="channels.read"
    >
      <ChannelList onAdd={add.open} />
      <Drawer
        opened={adding}
        onClose={add.close}
        position="right"
        size={520}
        title={t('connect.title')}
        closeButtonProps={{ 'aria-label': t('common:action.close') }}
      >
        <ConnectChannel onDone={add.close} />
      </Drawer>
    </SettingsFrame>
  )
}
