import { Button } from '@mantine/core'
import { ExternalLink, Smartphone } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from '../../ui/EmptyState.tsx'
import { useEmulator } from './channel-mutations.ts'

export function EmulatorReady() {
  const { t } = useTranslation('channels')
  const { data } = useEmulator()
  const phoneUrl = data?.phoneUrl ?? null
  return (
    <EmptyState
      compact
      icon={<Smartphone size={24} aria-hidden />}
      title={t('connect.emulatorReady')}
      text={t('connect.emulatorReadyText')}
      action={phoneUrl !== null && <PhoneButton url={phoneUrl} />}
    />
  )
}

export function PhoneButton({ url }: { url: string }) {
  const { t } = useTranslation('channels')
  return (
    <Button component="a" href={url} target="_blank" rel="noopener" variant="default" rightSection={<ExternalLink size={15} aria-hidden />}>
      {t('connect.openPhone')}
    </Button>
  )
}
