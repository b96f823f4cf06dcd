import type { Permission } from '@atende/contracts/access'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Page } from '../ui/Page.tsx'
import { PageHeader } from '../ui/PageHeader.tsx'
import { BackLink } from './BackLink.tsx'
import { RequirePermission } from './RequirePermission.tsx'

type SettingsFrameProps = { title: string; text: string; actions?: ReactNode; permission: Permission; children: ReactNode }

/** A page of the settings: its head with the way back, and below it what those see who may. */
export function SettingsFrame({ title, text, actions, permission, children }: SettingsFrameProps) {
  const { t } = useTranslation('settings')
  return (
    <Page>
      <PageHeader title={title} text={text} back={<BackLink to="/configuracoes" label={t('back')} />} actions={actions} />
      <RequirePermission permission={permission}>{children}</RequirePermission>
    </Page>
  )
}
