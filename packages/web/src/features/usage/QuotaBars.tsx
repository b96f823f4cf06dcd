import type { WhatsappUsage } from '@atende/contracts/usage'
import { Progress } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import { Row, Section } from '../../ui/Section.tsx'
import classes from './Usage.module.css'
import { formatCount, useCategoryName } from './usage-words.ts'

const NEARLY = 0.8

export function QuotaBars({ quotas }: { quotas: WhatsappUsage['quotas'] }) {
  const { t } = useTranslation('usage')
  const nameOf = useCategoryName()
  return (
    <Section title={t('quotas')} text={t('quotasText')} flush>
      {quotas.map(({ channelId, channelName, category, used, free }) => {
        const share = Math.min(1, used / free)
        const left = free - used
        return (
          <Row key={`${channelId}|${category}`}>
            <div className={classes.quota}>
              <div className={classes.quotaHead}>
                <span className={classes.quotaName}>{channelName}</span>
                <span className={classes.quotaCount}>{t('quotaOf', { used: formatCount(used), free: formatCount(free) })}</span>
              </div>
              <Progress value={share * 100} color={share >= NEARLY ? 'amber' : 'sea'} aria-label={`${channelName}: ${nameOf(category)}`} />
              <span className={classes.quotaLeft} data-over={left <= 0 || undefined}>
                {nameOf(category)} · {left > 0 ? t('quotaLeft', { left: formatCount(left) }) : t('quotaOver')}
              </span>
            </div>
          </Row>
        )
      })}
    </Section>
  )
}
