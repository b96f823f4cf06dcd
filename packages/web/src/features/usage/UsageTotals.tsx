import type { WhatsappUsage } from '@atende/contracts/usage'
import { useTranslation } from 'react-i18next'
import classes from './Usage.module.css'
import { formatCount, formatMoney } from './usage-words.ts'

const sum = (usage: WhatsappUsage, of: 'delivered' | 'free' | 'charged'): number => usage.rows.reduce((n, row) => n + row[of], 0)

export function UsageTotals({ usage }: { usage: WhatsappUsage }) {
  const { t } = useTranslation('usage')
  const costs = usage.totals.filter((total) => total.cost > 0)
  return (
    <dl className={classes.cards}>
      <div className={classes.card} data-main>
        <dt>{t('cost')}</dt>
        {costs.length === 0 && <dd>{t('noCost')}</dd>}
        {costs.map(({ currency, cost }) => (
          <dd key={currency}>{formatMoney(cost, currency)}</dd>
        ))}
      </div>
      {(['delivered', 'free', 'charged'] as const).map((name) => (
        <div key={name} className={classes.card}>
          <dt>{t(name)}</dt>
          <dd>{formatCount(sum(usage, name))}</dd>
        </div>
      ))}
    </dl>
  )
}
