import { Alert } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../lib/api-error.ts'
import { errorSentence, supportCode } from '../lib/error-text.ts'

/** A fault of the whole form. What was typed stays. */
export function FormError({ error }: { error: unknown }) {
  const { t } = useTranslation('common')
  if (error === null || error === undefined) return null
  const wait = isApiError(error) ? error.retryAfter : null
  const code = isApiError(error) && error.status >= 500 ? supportCode(error) : null
  const more = [wait === null ? null : t('errorState.wait', { count: wait }), code === null ? null : `${t('errorState.code')}: ${code}`]
  return (
    <Alert color="red" variant="light" role="alert">
      <strong>{errorSentence(error)}</strong> {more.filter(Boolean).join(' ')}
    </Alert>
  )
}
