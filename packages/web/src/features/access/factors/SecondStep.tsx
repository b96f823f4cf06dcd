import './late-texts.ts'
import { Login } from '@atende/contracts/access'
import { PasskeyOptions, type SecondFactorAsked } from '@atende/contracts/factors'
import { Anchor } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api } from '../../../lib/api.ts'
import { acceptLogin } from '../../../lib/session.ts'
import { EntryFrame } from '../EntryFrame.tsx'
import { ProofForm } from './ProofForm.tsx'

type SecondStepProps = { asked: SecondFactorAsked['secondFactor']; onIn: () => void; onAgain: () => void }

/** The password was right: now the code or the passkey. */
export function SecondStep({ asked, onIn, onAgain }: SecondStepProps) {
  const { t } = useTranslation('factors')
  const { token } = asked
  return (
    <EntryFrame
      title={t('second.title')}
      text={t('second.text')}
      foot={
        <Anchor component="button" type="button" fw={550} fz="inherit" onClick={onAgain}>
          {t('second.again')}
        </Anchor>
      }
    >
      <ProofForm
        methods={asked.methods}
        options={() => api(PasskeyOptions, 'POST', '/api/auth/login/second/passkey', { body: { token } })}
        submit={async (proof) => {
          await acceptLogin(await api(Login, 'POST', '/api/auth/login/second', { body: { token, proof } }))
          onIn()
        }}
      />
    </EntryFrame>
  )
}
