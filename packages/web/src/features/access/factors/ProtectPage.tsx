import './late-texts.ts'
import { Anchor, Button, Stack } from '@mantine/core'
import { useRouter } from '@tanstack/react-router'
import { ChevronRight, Fingerprint, type LucideIcon, Smartphone } from 'lucide-react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { logout } from '../../../lib/session.ts'
import { toastError } from '../../../ui/toast.ts'
import { EntryFrame } from '../EntryFrame.tsx'
import { PasskeySetup } from './PasskeySetup.tsx'
import classes from './ProtectPage.module.css'
import { passkeyReady } from './passkey-ready.ts'
import { RecoveryCodeList } from './RecoveryCodeList.tsx'
import { TotpSetup } from './TotpSetup.tsx'
import { reloadMe } from './use-factors.ts'

type Step = 'choose' | 'app' | 'key'

function Choice({ icon: Icon, name, text, onChoose }: { icon: LucideIcon; name: string; text: string; onChoose: () => void }) {
  return (
    <button type="button" className={classes.choice} onClick={onChoose}>
      <Icon size={22} aria-hidden className={classes.icon} />
      <span className={classes.words}>
        <span className={classes.name}>{name}</span>
        <span className={classes.text}>{text}</span>
      </span>
      <ChevronRight size={17} aria-hidden className={classes.icon} />
    </button>
  )
}

/** For whom the company requires a second factor and who has none yet: nothing else works before. */
export function ProtectPage() {
  const { t } = useTranslation('factors')
  const router = useRouter()
  const [step, setStep] = useState<Step>('choose')
  const [done, setDone] = useState<{ codes: string[] | null } | null>(null)
  const enter = (): void => {
    reloadMe().then(() => router.history.push('/'), toastError)
  }
  if (done !== null) {
    return (
      <EntryFrame title={done.codes === null ? t('protect.readyTitle') : t('codes.title')} text={t('protect.readyText')}>
        {done.codes === null ? <Button onClick={enter}>{t('protect.ready')}</Button> : <RecoveryCodeList codes={done.codes} onKept={enter} />}
      </EntryFrame>
    )
  }
  const finish = (codes: string[] | null): void => setDone({ codes })
  const link = step === 'choose' ? { text: t('protect.logout'), go: () => void logout() } : { text: t('protect.back'), go: () => setStep('choose') }
  return (
    <EntryFrame
      title={t('protect.title')}
      text={t('protect.text')}
      foot={
        <Anchor component="button" type="button" fw={550} fz="inherit" onClick={link.go}>
          {link.text}
        </Anchor>
      }
    >
      {step === 'choose' && (
        <Stack gap="sm">
          <Choice icon={Smartphone} name={t('protect.app')} text={t('protect.appText')} onChoose={() => setStep('app')} />
          {passkeyReady() && <Choice icon={Fingerprint} name={t('protect.key')} text={t('protect.keyText')} onChoose={() => setStep('key')} />}
        </Stack>
      )}
      {step === 'app' && <TotpSetup onDone={finish} />}
      {step === 'key' && <PasskeySetup onDone={finish} />}
    </EntryFrame>
  )
}
