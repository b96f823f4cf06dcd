import { Lock } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { EmptyState } from './EmptyState.tsx'

export function NoPermission() {
  const { t } = useTranslation('common')
  return <EmptyState icon={<Lock size={24} aria-hidden />} title={t('noPermission.title')} text={t('noPermission.text')} />
}
