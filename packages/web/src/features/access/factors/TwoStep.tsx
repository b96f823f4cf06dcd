import './late-texts.ts'
import type { Factors } from '@atende/contracts/factors'
import { Button } from '@mantine/core'
import { LifeBuoy, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDate } from '../../../lib/time.ts'
import { ConfirmButton } from '../../../ui/ConfirmButton.tsx'
import { Dialog } from '../../../ui/Dialog.tsx'
import { Pill } from '../../../ui/Pill.tsx'
import { Section } from '../../../ui/Section.tsx'
import { toast, toastError } from '../../../ui/toast.ts'
import { FactorRow } from './FactorRow.tsx'
import { TotpSetup } from './TotpSetup.tsx'
import { useRenewCodes, useTotpOff } from './use-factors.ts'

type PartProps = { factors: Factors; onCodes: (codes: string[] | null) => void }

function App({ factors, onCodes }: PartProps) {
  const { t } = useTranslation('factors')
  const [open, setOpen] = useState(false)
  const off = useTotpOff()
  const { totp } = factors
  const done = (codes: string[] | null): void => {
    setOpen(false)
    toast(t('totp.done'))
    onCodes(codes)
  }
  const turnOff = (): void => off.mutate(undefined, { onSuccess: () => toast(t('totp.turnedOff')), onError: toastError })
  return (
    <>
      <FactorRow
        icon={Smartphone}
        name={
          <>
            {t('totp.app')} <Pill tone={totp === null ? 'quiet' : 'good'}>{totp === null ? t('totp.off') : t('totp.on')}</Pill>
          </>
        }
        text={totp === null ? t('totp.offText') : t('totp.since', { when: formatDate(totp.since) })}
      >
        <Button variant="default" size="xs" onClick={() => setOpen(true)}>
          {totp === null ? t('totp.turnOn') : t('totp.change')}
        </Button>
        {totp !== null && (
          <ConfirmButton variant="default" size="xs" loading={off.isPending} question={t('totp.turnOffQuestion')} verb={t('totp.turnOff')} onConfirm={turnOff}>
            {t('totp.turnOff')}
          </ConfirmButton>
        )}
      </FactorRow>
      {open && (
        <Dialog title={t('totp.setUp')} size={440} onClose={() => setOpen(false)}>
          <TotpSetup onDone={done} onCancelled={() => setOpen(false)} />
        </Dialog>
      )}
    </>
  )
}

function Codes({ factors, onCodes }: PartProps) {
  const { t } = useTranslation('factors')
  const renew = useRenewCodes()
  const { left, total } = factors.recoveryCodes
  const possible = factors.totp !== null || factors.passkeys.length > 0
  const text = possible ? (left === 0 ? t('codes.none') : t('codes.left', { count: left, total })) : t('codes.later')
  return (
    <FactorRow icon={LifeBuoy} name={t('codes.name')} text={text}>
      {possible && (
        <ConfirmButton
          variant="default"
          size="xs"
          loading={renew.isPending}
          question={t('codes.renewQuestion')}
          verb={t('codes.renew')}
          onConfirm={() => renew.mutate(undefined, { onSuccess: onCodes, onError: toastError })}
        >
          {t('codes.renew')}
        </ConfirmButton>
      )}
    </FactorRow>
  )
}

/** The code of an app, and the codes for the day when the phone is gone. */
export function TwoStep(props: PartProps) {
  const { t } = useTranslation('factors')
  return (
    <Section flush title={t('totp.title')} text={t('totp.text')}>
      <App {...props} />
      <Codes {...props} />
    </Section>
  )
}
