import { LoginAnswer, PasskeyOptions } from '@atende/contracts/factors'
import { Button, Divider } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Fingerprint } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { api } from '../../../lib/api.ts'
import { acceptAnswer } from '../../../lib/enter.ts'
import { FormError } from '../../../ui/FormError.tsx'

async function logIn(): Promise<void> {
  const { askPasskey } = await import('./passkey.ts')
  const response = await askPasskey(await api(PasskeyOptions, 'POST', '/api/auth/login/passkey/options'))
  await acceptAnswer(await api(LoginAnswer, 'POST', '/api/auth/login/passkey', { body: { response } }))
}

/** In without a password: the passkey knows whose it is. */
export function PasskeyLogin({ onIn }: { onIn: () => void }) {
  const { t } = useTranslation('access')
  const enter = useMutation({ mutationFn: logIn, onSuccess: onIn })
  return (
    <>
      <Divider label={t('login.or')} />
      <FormError error={enter.error} />
      <Button
        variant="default"
        size="md"
        fullWidth
        leftSection={<Fingerprint size={18} aria-hidden />}
        loading={enter.isPending}
        onClick={() => enter.mutate()}
      >
        {t('login.passkey')}
      </Button>
    </>
  )
}
