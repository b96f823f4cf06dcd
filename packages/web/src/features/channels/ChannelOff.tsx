import type { Channel } from '@atende/contracts/channels'
import { Button, Group } from '@mantine/core'
import { useNavigate } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { ConfirmButton } from '../../ui/ConfirmButton.tsx'
import { Section } from '../../ui/Section.tsx'
import { toast, toastError } from '../../ui/toast.ts'
import { useDeleteChannel, useUpdateChannel } from './channel-mutations.ts'

export function ChannelOff({ channel }: { channel: Channel }) {
  const { t } = useTranslation(['channels', 'common'])
  const navigate = useNavigate()
  const update = useUpdateChannel(channel.id)
  const remove = useDeleteChannel(channel.id)
  const enabled = channel.status === 'disabled'
  const toggle = (): void => update.mutate({ enabled }, { onSuccess: () => toast(enabled ? t('page.enabled') : t('page.disabled')), onError: toastError })
  const removed = (): void => {
    toast(t('page.removed', { name: channel.name }))
    void navigate({ to: '/configuracoes/canais' })
  }
  return (
    <Section title={t('page.off')} text={t('page.offText')}>
      <Group gap="xs">
        <Button variant="default" loading={update.isPending} onClick={toggle}>
          {enabled ? t('page.enable') : t('page.disable')}
        </Button>
        <ConfirmButton
          variant="subtle"
          color="red"
          loading={remove.isPending}
          question={t('page.removeQuestion', { name: channel.name })}
          verb={t('common:action.remove')}
          onConfirm={() => remove.mutate(undefined, { onSuccess: removed })}
        >
          {t('page.remove')}
        </ConfirmButton>
      </Group>
    </Section>
  )
}
