import type { Usage } from '@atende/contracts/tenants'
import { Text } from '@mantine/core'
import { useTranslation } from 'react-i18next'
import type { z } from 'zod'
import { getLocale } from '../../lib/locale.ts'
import { Section } from '../../ui/Section.tsx'
import classes from './UsageOfMonth.module.css'
import { formatMetric, formatMonth } from './usage-format.ts'

const KNOWN = ['messages_received', 'messages_sent'] as const
const isKnown = (name: string): name is (typeof KNOWN)[number] => KNOWN.some((known) => known === name)

export function UsageOfMonth({ usage }: { usage: z.infer<typeof Usage> }) {
  const { t } = useTranslation('tenant')
  const metrics = Object.entries(usage.metrics)
  return (
    <Section title={t('usage', { month: formatMonth(usage.month, getLocale()) })} text={t('usageText')}>
      {metrics.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('noUsage')}
        </Text>
      ) : (
        <dl className={classes.numbers}>
          {metrics.map(([name, value]) => (
            <div key={name}>
              <dt>{isKnown(name) ? t(`metric.${name}`) : name.replaceAll('_', ' ')}</dt>
              <dd>{formatMetric(name, value, getLocale())}</dd>
            </div>
          ))}
        </dl>
      )}
    </Section>
  )
}
