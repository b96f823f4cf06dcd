import { Button, Drawer } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { MessageCircle, Plus } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { BackLink } from '../../shell/BackLink.tsx'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
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
      {channels.isPending && <ListSkeleton avatar rows={2} />}
      {channels.isError && <ErrorState compact error={channels.error} retry={() => void channels.refetch()} />}
      {channels.data?.length === 0 && (
        <EmptyState
          icon={<MessageCircle size={24} aria-hidden />}
          title={t('emptyTitle')}
          text={mayManage ? t('emptyText') : t('emptyReader')}
          action={mayManage && <Button onClick={onAdd}>{t('add')}</Button>}
        />
      )}
      {channels.data?.map((channel) => (
        <ChannelLink key={channel.id} channel={channel} />
      ))}
    </Section>
  )
}

export function ChannelsPage() {
  const { t } = useTranslation(['channels', 'settings', 'common'])
  const mayManage = useCan('channels.manage')
  const [adding, add] = useDisclosure(false)
  return (
    <Page>
      <PageHeader
        title={t('title')}
        text={t('text')}
        back={<BackLink to="/configuracoes" label={t('settings:back')} />}
        actions={
          mayManage && (
            <Button leftSection={<Plus size={16} aria-hidden />} onClick={add.open}>
              {t('add')}
            </Button>
          )
        }
      />
      <RequirePermission permission="channels.read">
        <ChannelList onAdd={add.open} />
      </RequirePermission>
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
    </Page>
  )
}
