import type { ChannelTest } from '@atende/contracts/channels'
import { CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import classes from './TestResult.module.css'

/** Each check with what to do when it did not pass. */
export function TestResult({ result }: { result: ChannelTest }) {
  const { t } = useTranslation('channels')
  const number = result.displayPhoneNumber
  const passed = number === null ? t('test.passedPlain') : t('test.passed', { number })
  return (
    <div className={classes.result} data-ok={result.ok || undefined} role="status">
      <p className={classes.title}>{result.ok ? passed : t('test.failed')}</p>
      <ul className={classes.checks}>
        {result.checks.map((check) => (
          <li key={check.name} className={classes.check} data-ok={check.ok || undefined}>
            {check.ok ? <CircleCheck size={17} aria-label={t('test.ok')} /> : <CircleX size={17} aria-label={t('test.notOk')} />}
            <span>
              <strong>{t(`test.${check.name}`)}</strong> {check.message}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
