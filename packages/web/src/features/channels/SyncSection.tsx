import type { ChannelHealth } from '@atende/contracts/channels'
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatRelative } from '../../lib/time.ts'
import { Section } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { useNumberAction } from './use-channel-health.ts'

/** Contacts and chats of the WhatsApp Business app on the same number: once each, within 24 hours (Cloud API, coexistence). */
export function SyncSection({ channelId, sync }: { channelId: string; sync: ChannelHealth['sync'] }) {
  const { t } = useTranslation('channelHealth')
  const start = useNumberAction(channelId, 'sync')
  const open = sync.until !== null && Date.parse(sync.until) > Date.now()
  const ask = (kind: 'contacts' | 'history'): void => start.mutate({ kind }, { onSuccess: () => toast(t('sync.started')), onError: toastError })
  const part = (kind: 'contacts' | 'history', askedAt: string | null) =>
    askedAt === null ? (
      <Button variant="default" disabled={!open} loading={start.isPending} onClick={() => ask(kind)}>
        {t(`sync.${kind}`)}
      </Button>
    ) : (
      <Text size="sm">
        {t(`sync.${kind}`)}: {t('sync.asked', { when: formatRelative(askedAt) })}
      </Text>
    )
  return (
    <Section title={t('sync.title')} text={t('sync.text')}>
      <Stack gap="md">
        {sync.error !== null && <Alert color="amber">{t('sync.refused', { text: sync.error })}</Alert>}
        {sync.until !== null && (
          <Text size="sm" c="dimmed">
            {open ? t('sync.until', { when: formatDateTime(sync.until) }) : t('sync.over')}
          </Text>
        )}
        <Group gap="md">
          {part('contacts', sync.contactsAt)}
          {part('history', sync.historyAt)}
          {sync.progress !== null && <Text size="sm">{t('sync.progress', { percent: sync.progress })}</Text>}
        </Group>
      </Stack>
    </Section>
  )
}
