import './late-texts.ts'
import type { Channel } from '@atende/contracts/channels'
import { Alert } from '@mantine/core'
import { useParams } from '@tanstack/react-router'
import { Archive } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCan } from '../../lib/session.ts'
import { formatRelative } from '../../lib/time.ts'
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
import { ConnectionChecks } from './ConnectionChecks.tsx'
import { useChannel } from './channel-mutations.ts'
import { DiarySection } from './DiarySection.tsx'
import { ErrorsSection } from './ErrorsSection.tsx'
import { HealthSection } from './HealthSection.tsx'
import { NumberSection } from './NumberSection.tsx'
import { ProfileSection } from './ProfileSection.tsx'
import { SetupPanel } from './SetupPanel.tsx'
import { SyncSection } from './SyncSection.tsx'
import { useChannelHealth } from './use-channel-health.ts'

function Waiting({ rows }: { rows: number }) {
  return (
    <Section flush>
      <ListSkeleton rows={rows} />
    </Section>
  )
}

/** How the number is, and what may be done with it. */
function ChannelNumber({ channel, mayManage }: { channel: Channel; mayManage: boolean }) {
  const { data: health, error, refetch } = useChannelHealth(channel.id, true)
  if (health === undefined) {
    return error === null ? (
      <Waiting rows={6} />
    ) : (
      <Section>
        <ErrorState compact error={error} retry={() => void refetch()} />
      </Section>
    )
  }
  return (
    <>
      <HealthSection health={health} />
      <ConnectionChecks channelId={channel.id} health={health} mayManage={mayManage} />
      <ErrorsSection errors={health.errors} />
      <DiarySection events={health.events} />
      {mayManage && health.coexistence && <SyncSection channelId={channel.id} sync={health.sync} />}
      {mayManage && <NumberSection channel={channel} health={health} />}
    </>
  )
}

function Management({ channel }: { channel: Channel }) {
  const { t } = useTranslation('channels')
  return (
    <>
      <ProfileSection channelId={channel.id} />
      {!channel.emulator && (
        <Section title={t('setup.title')}>
          <SetupPanel channelId={channel.id} />
        </Section>
      )}
      <ChannelCredentials key={channel.id} channel={channel} />
      <ChannelOff channel={channel} />
    </>
  )
}

function Released({ at }: { at: string }) {
  const { t } = useTranslation('channelHealth')
  return (
    <Alert color="gray" mb="xl" icon={<Archive size={18} aria-hidden />} title={t('released', { when: formatRelative(at) })}>
      {t('releasedText')}
    </Alert>
  )
}

function ChannelDetail({ channelId }: { channelId: string }) {
  const { t } = useTranslation(['channels', 'settings'])
  const mayManage = useCan('channels.manage')
  const { data: channel, error, refetch } = useChannel(channelId)
  const live = channel !== undefined && channel.releasedAt === null
  return (
    <>
      <PageHeader title={channel?.name ?? t('title')} back={<BackLink to="/configuracoes/canais" label={t('title')} />} />
      {channel === undefined && error !== null && <ErrorState error={error} retry={() => void refetch()} />}
      {channel === undefined && error === null && <Waiting rows={4} />}
      {channel !== undefined && channel.releasedAt !== null && <Released at={channel.releasedAt} />}
      {channel !== undefined && <ChannelState channel={channel} mayManage={mayManage && live} />}
      {live && <ChannelNumber channel={channel} mayManage={mayManage} />}
      {live && mayManage && <Management channel={channel} />}
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
