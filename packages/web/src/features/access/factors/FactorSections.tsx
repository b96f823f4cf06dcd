import './late-texts.ts'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ErrorState } from '../../../ui/ErrorState.tsx'
import { ListSkeleton } from '../../../ui/ListSkeleton.tsx'
import { Section } from '../../../ui/Section.tsx'
import { Passkeys } from './Passkeys.tsx'
import { RecoveryCodeList } from './RecoveryCodeList.tsx'
import { TwoStep } from './TwoStep.tsx'
import { useFactors } from './use-factors.ts'

/** Security of the own account: two-step verification, recovery codes, passkeys. */
export function FactorSections() {
  const { t } = useTranslation('factors')
  const factors = useFactors()
  const [codes, setCodes] = useState<string[] | null>(null)
  if (factors.data === undefined) {
    return (
      <Section flush title={t('totp.title')} text={t('totp.text')}>
        {factors.isError ? <ErrorState compact error={factors.error} retry={() => void factors.refetch()} /> : <ListSkeleton rows={2} />}
      </Section>
    )
  }
  return (
    <>
      <TwoStep factors={factors.data} onCodes={setCodes} />
      <Passkeys factors={factors.data} onCodes={setCodes} />
      {codes !== null && (
        <Dialog title={t('codes.title')} size={480} onClose={() => setCodes(null)}>
          <RecoveryCodeList codes={codes} onKept={() => setCodes(null)} />
        </Dialog>
      )}
    </>
  )
}
