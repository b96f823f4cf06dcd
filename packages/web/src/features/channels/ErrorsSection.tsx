import type { ChannelHealth } from '@atende/contracts/channels'
import { useTranslation } from 'react-i18next'
import { formatRelative } from '../../lib/time.ts'
import { Pill } from '../../ui/Pill.tsx'
import { Section } from '../../ui/Section.tsx'
import classes from './Lines.module.css'

/** Why messages of the last day were not sent, most frequent first. */
export function ErrorsSection({ errors }: { errors: ChannelHealth['errors'] }) {
  const { t } = useTranslation('channelHealth')
  return (
    <Section title={t('errors.title')} text={t('errors.text')} flush>
      {errors.length === 0 && <p className={classes.none}>{t('errors.none')}</p>}
      {errors.map((e) => (
        <div key={`${e.code} ${e.title}`} className={classes.line}>
          <div className={classes.words}>
            <span className={classes.title}>{e.title}</span>
            <span className={classes.text}>{e.action}</span>
            <span className={classes.small}>
              {[e.code === null ? null : t('errors.code', { code: e.code }), t('errors.last', { when: formatRelative(e.lastAt) })].filter(Boolean).join(' · ')}
            </span>
          </div>
          <Pill tone="harm">{t('errors.count', { count: e.count })}</Pill>
        </div>
      ))}
    </Section>
  )
}
