import { useTranslation } from 'react-i18next'
import { SettingsFrame } from '../../shell/SettingsFrame.tsx'
import { ErrorState } from '../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../ui/ListSkeleton.tsx'
import { Section } from '../../ui/Section.tsx'
import { CompanyForm } from './CompanyForm.tsx'
import { PlanLimits } from './PlanLimits.tsx'
import { UsageOfMonth } from './UsageOfMonth.tsx'
import { useTenant, useUsage } from './use-tenant.ts'

function Company() {
  const tenant = useTenant()
  const usage = useUsage()
  const error = tenant.error ?? usage.error
  const retry = (): void => {
    void tenant.refetch()
    void usage.refetch()
  }
  if (error !== null) return <ErrorState error={error} retry={retry} />
  if (tenant.data === undefined || usage.data === undefined) {
    return (
      <Section flush>
        <ListSkeleton rows={5} />
      </Section>
    )
  }
  return (
    <>
      <CompanyForm tenant={tenant.data} />
      <PlanLimits tenant={tenant.data} usage={usage.data} />
      <UsageOfMonth usage={usage.data} />
    </>
  )
}

export function CompanyPage() {
  const { t } = useTranslation('tenant')
  return (
    <SettingsFrame title={t('title')} text={t('text')} permission="tenant.read">
      <Company />
    </SettingsFrame>
  )
}
