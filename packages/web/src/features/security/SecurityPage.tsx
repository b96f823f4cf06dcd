import './late-texts.ts'
import { useTranslation } from 'react-i18next'
import { BackLink } from '../../shell/BackLink.tsx'
import { RequirePermission } from '../../shell/RequirePermission.tsx'
import { Page } from '../../ui/Page.tsx'
import { PageHeader } from '../../ui/PageHeader.tsx'
import { SecondFactorSection } from './SecondFactorSection.tsx'

/** The page, from top to bottom. A new section is one more line here. */
const SECTIONS = [SecondFactorSection]

export function SecurityPage() {
  const { t } = useTranslation(['security', 'settings'])
  return (
    <Page>
      <PageHeader title={t('title')} text={t('text')} back={<BackLink to="/configuracoes" label={t('settings:back')} />} />
      <RequirePermission permission="tenant.manage">
        {SECTIONS.map((Part) => (
          <Part key={Part.name} />
        ))}
      </RequirePermission>
    </Page>
  )
}
