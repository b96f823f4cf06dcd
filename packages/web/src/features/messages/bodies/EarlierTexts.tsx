import type { Message } from '@atende/contracts/messages'
import './late-texts.ts'
import { useTranslation } from 'react-i18next'
import { formatStamp } from '../../../lib/time.ts'
import classes from './rich.module.css'

/** What stood there before, oldest first. */
export function EarlierTexts({ texts }: { texts: Message['earlierTexts'] }) {
  const { t } = useTranslation('rich')
  return (
    <div className={classes.earlier}>
      <strong>{t('earlier.title')}</strong>
      {texts.map(({ text, until }) => (
        <p key={until}>
          {text === '' ? <span className={classes.faint}>{t('earlier.empty')}</span> : text}
          <time dateTime={until} className={classes.faint}>
            {t('earlier.until', { when: formatStamp(until) })}
          </time>
        </p>
      ))}
    </div>
  )
}
