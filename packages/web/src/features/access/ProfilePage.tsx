import { useTranslation } from 'react-i18next'
import { BackLink } from '../../shell/BackLink.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { AboutYou } from './AboutYou.tsx'
import { Appearance } from './Appearance.tsx'
import { ChangeEmail } from './ChangeEmail.tsx'
import { ChangePassword } from './ChangePassword.tsx'
import { FactorSections } from './factors/FactorSections.tsx'
import { NoticeSettings } from './NoticeSettings.tsx'
import { Sessions } from './Sessions.tsx'

export function ProfilePage() {
  const { t } = useTranslation(['access', 'settings'])
  return (
    <Page>
      <PageHeader title={t('profile.title')} text={t('profile.text')} back={<BackLink to="/configuracoes" label={t('settings:back')} />} />
      <AboutYou />
      <Appearance />
      <NoticeSettings />
      <ChangeEmail />
      <ChangePassword />
      <FactorSections />
      <Sessions />
    </Page>
  )
}
