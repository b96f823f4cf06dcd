import './late-texts.ts'
import type { SsoState } from '@atende/contracts/sso'
import { Alert, Button, Group, Stack, Text } from '@mantine/core'
import { useSearch } from '@tanstack/react-router'
import { KeyRound } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { SettingsFrame } from '../../../shell/SettingsFrame.tsx'
import { ConfirmButton } from '../../../ui/ConfirmButton.tsx'
import { CopyField } from '../../../ui/CopyField.tsx'
import { EmptyState } from '../../../ui/EmptyState.tsx'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../../ui/ListSkeleton.tsx'
import { Section } from '../../../ui/Section.tsx'
import { toast } from '../../../ui/toast.ts'
import { SsoProblemNotice } from '../SsoProblemNotice.tsx'
import { SsoForm } from './SsoForm.tsx'
import { useLinkSso, useRemoveSso, useSso, useUnlinkSso } from './use-sso.ts'

function Addresses({ state }: { state: SsoState }) {
  const { t } = useTranslation('sso')
  return (
    <Section title={t('addresses')} text={t('addressesText')}>
      <Stack gap="md">
        <CopyField label={t('redirectUri')} value={state.redirectUri} />
        <CopyField label={t('loginUrl')} value={state.loginUrl} />
      </Stack>
    </Section>
  )
}

function OwnAccess({ linked }: { linked: boolean }) {
  const { t } = useTranslation('sso')
  const link = useLinkSso()
  const unlink = useUnlinkSso()
  return (
    <Section title={t('own')} text={t('ownText')}>
      <Group justify="space-between">
        {linked && <Text size="sm">{t('linked')}</Text>}
        {linked ? (
          <Button variant="default" size="xs" loading={unlink.isPending} onClick={() => unlink.mutate(undefined, { onSuccess: () => toast(t('unlinked')) })}>
            {t('unlink')}
          </Button>
        ) : (
          <Button variant="default" loading={link.isPending} onClick={() => link.mutate()}>
            {t('link')}
          </Button>
        )}
      </Group>
    </Section>
  )
}

function Removal() {
  const { t } = useTranslation('sso')
  const remove = useRemoveSso()
  return (
    <Section title={t('remove')} text={t('removeText')}>
      <ConfirmButton
        variant="default"
        loading={remove.isPending}
        question={t('removeQuestion')}
        verb={t('removeVerb')}
        onConfirm={() => remove.mutate(undefined, { onSuccess: () => toast(t('removed')) })}
      >
        {t('remove')}
      </ConfirmButton>
    </Section>
  )
}

function Sso() {
  const { t } = useTranslation('sso')
  const { data, error, refetch } = useSso()
  const { ligado, erro } = useSearch({ from: '/app/configuracoes/login-unico' })
  if (error !== null) return <ErrorState error={error} retry={() => void refetch()} />
  if (data === undefined) {
    return (
      <Section flush>
        <ListSkeleton rows={5} />
      </Section>
    )
  }
  const { settings, linked } = data
  return (
    <>
      <SsoProblemNotice code={erro} />
      {ligado !== undefined && linked && (
        <Alert color="sea" variant="light" mb="lg" role="status">
          {t('linkedNow')}
        </Alert>
      )}
      {settings === null && <EmptyState compact icon={<KeyRound size={24} aria-hidden />} title={t('offTitle')} text={t('offText')} />}
      <Addresses state={data} />
      <SsoForm key={settings === null ? 'new' : 'saved'} settings={settings} />
      {settings !== null && <OwnAccess linked={linked} />}
      {settings !== null && <Removal />}
    </>
  )
}

export function SsoPage() {
  const { t } = useTranslation('sso')
  return (
    <SettingsFrame title={t('title')} text={t('text')} permission="tenant.manage">
      <Sso />
    </SettingsFrame>
  )
}
