import { Button } from '@mantine/core'
import { CloudOff, TriangleAlert } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { isApiError } from '../lib/api-error.ts'
import { errorSentence, supportCode } from '../lib/error-text.ts'
import { CopyButton } from './CopyButton.tsx'
import classes from './State.module.css'

type ErrorStateProps = { error: unknown; retry?: () => void /** What was kept, when something was. */; kept?: string; compact?: boolean }

/** What happened, what was kept, what to do; and a code for support. */
export function ErrorState({ error, retry, kept, compact = false }: ErrorStateProps) {
  const { t } = useTranslation('common')
  const code = supportCode(error)
  const away = isApiError(error) && error.status === 0
  const wait = isApiError(error) ? error.retryAfter : null
  return (
    <div className={`${classes.state} ${compact ? classes.compact : ''}`} role="alert">
      <div className={`${classes.icon} ${classes.harm}`}>{away ? <CloudOff size={24} aria-hidden /> : <TriangleAlert size={24} aria-hidden />}</div>
      <p className={classes.title}>{errorSentence(error)}</p>
      {isApiError(error) && error.detail !== null && <p className={classes.text}>{error.detail}</p>}
      {wait !== null && <p className={classes.text}>{t('errorState.wait', { count: wait })}</p>}
      {kept !== undefined && <p className={classes.text}>{kept}</p>}
      {retry !== undefined && (
        <div className={classes.actions}>
          <Button variant="default" size="sm" onClick={retry}>
            {t('action.retry')}
          </Button>
        </div>
      )}
      {code !== null && !away && (
        <span className={classes.code}>
          {t('errorState.code')}: <code>{code.slice(0, 36)}</code>
          <CopyButton value={code} label={t('errorState.code')} />
        </span>
      )}
    </div>
  )
}
