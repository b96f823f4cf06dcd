import type { ChannelTest } from '@atende/contracts/channels'
import { CircleCheck, CircleX } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { formatPhone } from '../contacts/format-phone.ts'
import classes from './TestResult.module.css'

type Check = ChannelTest['checks'][number]

/** One cause often spoils several checks: its sentence is said once. */
const bySentence = (checks: readonly Check[]) =>
  [...Map.groupBy(checks, ({ ok, message }) => `${ok} ${message}`).entries()].map(([key, same]) => ({
    key,
    names: same.map((one) => one.name),
    ok: same.every((one) => one.ok),
    message: same.map((one) => one.message)[0],
  }))

type TestResultProps = {
  result: ChannelTest
  /** Something these checks cannot see, for example a payment, keeps the number from sending. */
  troubled?: boolean
}

/** Each check with what to do when it did not pass. */
export function TestResult({ result, troubled = false }: TestResultProps) {
  const { t } = useTranslation('channels')
  const number = result.displayPhoneNumber && formatPhone(result.displayPhoneNumber)
  const passed = troubled ? t('test.passedTroubled') : number === null ? t('test.passedPlain') : t('test.passed', { number })
  return (
    <div className={classes.result} data-ok={result.ok || undefined} role="status">
      <p className={classes.title}>{result.ok ? passed : t('test.failed')}</p>
      <ul className={classes.checks}>
        {bySentence(result.checks).map(({ key, names, ok, message }) => (
          <li key={key} className={classes.check} data-ok={ok || undefined}>
            {ok ? <CircleCheck size={17} aria-label={t('test.ok')} /> : <CircleX size={17} aria-label={t('test.notOk')} />}
            <span>
              <strong>{names.map((name) => t(`test.${name}`)).join(' · ')}</strong> {message}
            </span>
          </li>
        ))}
      </ul>
    </div>
  )
}
