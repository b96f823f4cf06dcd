import './late-texts.ts'
import { ConfirmedEmail } from '@atende/contracts/accounts'
import { Button } from '@mantine/core'
import { useMutation } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useTranslation } from 'react-i18next'
import { api } from '../../lib/api.ts'
import { isApiError } from '../../lib/api-error.ts'
import { keys, queryClient } from '../../lib/query.ts'
import { FormError } from '../../ui/FormError.tsx'
import { EntryFrame } from './EntryFrame.tsx'
import { useLinkSecret } from './use-link-secret.ts'

function OpenApp() {
  const { t } = useTranslation('account')
  return (
    <Button component={Link} to="/" size="md">
      {t('confirm.open')}
    </Button>
  )
}

/** With a button: programs that only look at the links of a mail must not confirm anything. */
export function ConfirmEmailPage() {
  const { t } = useTranslation('account')
  const token = useLinkSecret()
  const confirm = useMutation({
    mutationFn: () => api(ConfirmedEmail, 'POST', '/api/auth/confirm-email', { body: { token } }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: keys.me }),
  })
  const code = isApiError(confirm.error) ? confirm.error.code : null
  if (token === '' || code === 'link_invalid' || code === 'email_taken') {
    return (
      <EntryFrame title={t('reset.invalidTitle')} text={code === 'email_taken' ? t('confirm.takenText') : t('confirm.invalidText')}>
        <OpenApp />
      </EntryFrame>
    )
  }
  if (confirm.data !== undefined) {
    return (
      <EntryFrame title={t('confirm.doneTitle')} text={t('confirm.doneText', { email: confirm.data.email })}>
        <OpenApp />
      </EntryFrame>
    )
  }
  return (
    <EntryFrame title={t('confirm.title')} text={t('confirm.text')}>
      <FormError error={confirm.error} />
      <Button size="md" fullWidth loading={confirm.isPending} onClick={() => confirm.mutate()}>
        {t('confirm.submit')}
      </Button>
    </EntryFrame>
  )
}
