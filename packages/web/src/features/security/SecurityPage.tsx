import './late-texts.ts'
import { useTranslation } from 'react-i18next'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { SecondFactorSection } from './SecondFactorSection.tsx'

/** The page, from top to bottom. A new section is one more line here. */
const SECTIONS = [SecondFactorSection]

export function SecurityPage() {
  const { t } = useTranslation('security')
  return (
    <SettingsFrame title={t('title')} text={t('text')} permission="tenant.manage">
      {SECTIONS.map((Part) => (
        <Part key={Part.name} />
      ))}
    </SettingsFrame>
  )
}
