import type { Channel } from '@atende/contracts/channels'
import { Alert, Button, Group, Stack } from '@mantine/core'
import { RefreshCw } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../lib/time.ts'
import { Facts } from '../../ui/Facts.tsx'
import { Section } from '../../ui/Section.tsx'
import { formatPhone } from '../contacts/format-phone.ts'
import { ChannelStatus } from './ChannelStatus.tsx'
import { useEmulator, useTestChannel } from './channel-mutations.ts'
import { PhoneButton } from './EmulatorReady.tsx'
import { TestResult } from './TestResult.tsx'

export function ChannelState({ channel, mayManage }: { channel: Channel; mayManage: boolean }) {
  const { t } = useTranslation(['channels', 'channelHealth'])
  const test = useTestChannel(channel.id)
  const emulator = useEmulator(channel.emulator)
  const phoneUrl = emulator.data?.phoneUrl ?? null
  const troubled = channel.lastError !== null && channel.status === 'error'
  return (
    <Section title={t('page.state')} actions={<ChannelStatus channel={channel} />}>
      <Stack gap="md">
        {troubled && (
          <Alert color="red" title={t('page.problem')}>
            {channel.lastError}
          </Alert>
        )}
        <Facts
          facts={[
            [t('page.number'), channel.displayPhoneNumber && formatPhone(channel.displayPhoneNumber)],
            [t('page.verifiedName'), channel.verifiedName],
            [t('page.lastWebhook'), channel.lastWebhookAt === null ? t('page.never') : formatRelative(channel.lastWebhookAt)],
            [t('form.phoneNumberId'), channel.phoneNumberId],
            [t('form.wabaId'), channel.wabaId],
            [t('page.graph'), `${channel.graphUrl} ${channel.graphVersion}`],
          ]}
        />
        {test.data !== undefined && <TestResult result={test.data} troubled={troubled} />}
        <Group gap="xs">
          {mayManage && (
            <Button variant="default" loading={test.isPending} leftSection={<RefreshCw size={15} aria-hidden />} onClick={() => test.mutate()}>
              {t('channelHealth:check')}
            </Button>
          )}
          {channel.emulator && phoneUrl !== null && <PhoneButton url={phoneUrl} />}
        </Group>
      </Stack>
    </Section>
  )
}
