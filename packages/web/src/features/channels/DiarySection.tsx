import type { ChannelHealth } from '@atende/contracts/channels'
import { Button } from '@mantine/core'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { formatDateTime, formatRelative } from '../../lib/time.ts'
import { Section } from '../../ui/Section.tsx'
import classes from './Lines.module.css'

const FIRST = 6

/** What Meta said of the number and its account, newest first. */
export function DiarySection({ events }: { events: ChannelHealth['events'] }) {
  const { t } = useTranslation(['channelHealth', 'common'])
  const [all, setAll] = useState(false)
  const shown = all ? events : events.slice(0, FIRST)
  return (
    <Section title={t('diary.title')} text={t('diary.text')} flush>
      {events.length === 0 && <p className={classes.none}>{t('diary.none')}</p>}
      {shown.map((e) => (
        <div key={e.id} className={classes.line}>
          <div className={classes.words}>
            <span className={classes.title}>{e.title}</span>
            <span className={classes.small}>{e.understood ? e.field : `${e.field} · ${t('diary.strange')}`}</span>
          </div>
          <time className={classes.small} dateTime={e.at} title={formatDateTime(e.at)}>
            {formatRelative(e.at)}
          </time>
        </div>
      ))}
      {!all && events.length > FIRST && (
        <div className={classes.more}>
          <Button variant="subtle" size="xs" onClick={() => setAll(true)}>
            {t('common:action.more')}
          </Button>
        </div>
      )}
    </Section>
  )
}
