import './late-texts.ts'
import { Me } from '@atende/contracts/access'
import { UnstyledButton } from '@mantine/core'
import { useMutation, useQuery } from '@tanstack/react-query'
import { MailCheck } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { api, NoContent } from '../../lib/api.ts'
import { keys } from '../../lib/query.ts'
import { toastError } from '../../ui/toast.ts'
import classes from './EmailBanner.module.css'
import { useEntry } from './use-entry.ts'

/** Asks to confirm the address, where mails are sent at all. Coming back from the mail, it looks again. */
export function EmailBanner() {
  const { t } = useTranslation('account')
  const entry = useEntry()
  const me = useQuery({ queryKey: keys.me, queryFn: ({ signal }) => api(Me, 'GET', '/api/auth/me', { signal }), refetchOnWindowFocus: 'always' })
  const again = useMutation({ mutationFn: () => api(NoContent, 'POST', '/api/auth/email/confirm-again'), onError: toastError })
  if (entry.data?.mail !== true || me.data === undefined || me.data.user.emailConfirmed) return null
  const { email } = me.data.user
  return (
    <div className={classes.bar} role="status">
      <MailCheck size={16} aria-hidden />
      <span className={classes.text}>{again.isSuccess ? t('banner.sent', { email }) : t('banner.text', { email })}</span>
      {!again.isSuccess && (
        <UnstyledButton className={classes.again} disabled={again.isPending} onClick={() => again.mutate()}>
          {t('banner.again')}
        </UnstyledButton>
      )}
    </div>
  )
}
