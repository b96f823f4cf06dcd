import './late-texts.ts'
import { PasskeyOptions, ProofMethod } from '@atende/contracts/factors'
import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { api, NoContent } from '../../../lib/api.ts'
import { Dialog } from '../../../ui/Dialog.tsx'
import { ProofForm } from './ProofForm.tsx'

/** Before a dangerous action: is it still the person who logged in? What they were doing goes on by itself. */
export function StepUpDialog({ methods, onDone }: { methods: readonly string[]; onDone: (proven: boolean) => void }) {
  const { t } = useTranslation('factors')
  return (
    <Dialog title={t('proof.title')} size={400} onClose={() => onDone(false)}>
      <Text size="sm" c="dimmed" mb="md">
        {t('proof.text')}
      </Text>
      <ProofForm
        methods={methods.flatMap((m) => ProofMethod.safeParse(m).data ?? [])}
        options={() => api(PasskeyOptions, 'POST', '/api/auth/step-up/passkey')}
        submit={async (proof) => {
          await api(NoContent, 'POST', '/api/auth/step-up', { body: proof })
          onDone(true)
        }}
      />
    </Dialog>
  )
}
