import { useParams } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { BackLink } from '../../shell/BackLink.tsx'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { Section } from '../../ui/Section.tsx'
import { ChannelCredentials } from './ChannelCredentials.tsx'
import { ChannelOff } from './ChannelOff.tsx'
import { ChannelState } from './ChannelState.tsx'
import { useChannel } from './channel-mutations.ts'
import { SetupPanel } from './SetupPanel.tsx'

function ChannelDetail({ channelId }: { channelId: string }) {
  const { t } = useTranslation(['channels', 'settings'])
  const mayManage = useCan('channels.manage')
  const { data: channel, error, refetch } = useChannel(channelId)
  return (
    <>
      <PageHeader title={channel?.name ?? t('title')} back={<BackLink to="/configuracoes/canais" label={t('title')} />} />
      {channel === undefined && error !== null && <ErrorState error={error} retry={() => void refetch()} />}
      {channel === undefined && error === null && (
        <Section flush>
          <ListSkeleton rows={4} />
        </Section>
      )}
      {channel !== undefined && <ChannelState channel={channel} mayManage={mayManage} />}
      {channel !== undefined && mayManage && (
        <>
          {!channel.emulator && (
            <Section title={t('setup.title')}>
              <SetupPanel channelId={channel.id} />
            </Section>
          )}
          <ChannelCredentials key={channel.id} channel={channel} />
          <ChannelOff channel={channel} />
        </>
      )}
    </>
  )
}

export function ChannelPage() {
  const { channelId } = useParams({ from: '/app/configuracoes/canais/$channelId' })
  return (
    <Page>
      <RequirePermission permission="channels.read">
        <ChannelDetail channelId={channelId} />
      </RequirePermission>
    </Page>
  )
}
