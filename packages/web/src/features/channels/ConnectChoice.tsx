import type { Channel } from '@atende/contracts/channels'
import { Loader, UnstyledButton } from '@mantine/core'
import { ChevronRight, KeyRound, Smartphone } from 'lucide-react'
import type { ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import classes from './ConnectChoice.module.css'
import { useConnectEmulator, useEmulator } from './channel-mutations.ts'

type ChoiceProps = { icon: ReactNode; title: string; text: string; onClick: () => void; busy?: boolean }

function Choice({ icon, title, text, onClick, busy = false }: ChoiceProps) {
  return (
    <UnstyledButton className={classes.choice} onClick={onClick} disabled={busy}>
      <span className={classes.icon}>{icon}</span>
      <span className={classes.words}>
        <span className={classes.title}>{title}</span>
        <span className={classes.text}>{text}</span>
      </span>
      {busy ? <Loader size={17} /> : <ChevronRight size={17} className={classes.arrow} aria-hidden />}
    </UnstyledButton>
  )
}

export function ConnectChoice({ onCloud, onEmulator }: { onCloud: () => void; onEmulator: (channel: Channel) => void }) {
  const { t } = useTranslation('channels')
  const emulator = useEmulator()
  const connect = useConnectEmulator()
  return (
    <div className={classes.choices}>
      <Choice icon={<KeyRound size={20} aria-hidden />} title={t('connect.cloudTitle')} text={t('connect.cloudText')} onClick={onCloud} />
      {emulator.data?.available === false ? (
        <p className={classes.off}>{t('connect.emulatorOff')}</p>
      ) : (
        <Choice
          icon={<Smartphone size={20} aria-hidden />}
          title={t('connect.emulatorTitle')}
          text={t('connect.emulatorText')}
          busy={connect.isPending}
          onClick={() => connect.mutate(undefined, { onSuccess: onEmulator })}
        />
      )}
    </div>
  )
}
