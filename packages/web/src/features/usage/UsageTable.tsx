import type { WhatsappUsage } from '@atende/contracts/usage'
import { useTranslation } from 'react-i18next'
import { Section } from '../../ui/Section.tsx'
import classes from './Usage.module.css'
import { countryName, formatCount, formatMoney, useCategoryName } from './usage-words.ts'

export function UsageTable({ rows }: { rows: WhatsappUsage['rows'] }) {
  const { t } = useTranslation('usage')
  const nameOf = useCategoryName()
  return (
    <Section title={t('byCategory')} flush>
      <table className={classes.table}>
        <thead>
          <tr>
            <th scope="col">{t('category')}</th>
            <th scope="col">{t('delivered')}</th>
            <th scope="col">{t('free')}</th>
            <th scope="col">{t('charged')}</th>
            <th scope="col">{t('amount')}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.category}|${row.country}|${row.currency}`}>
              <th scope="row">
                {nameOf(row.category)}
                <span className={classes.country}>{row.country === null ? t('anyCountry') : countryName(row.country)}</span>
              </th>
              <td>{formatCount(row.delivered)}</td>
              <td>{formatCount(row.free)}</td>
              <td>{formatCount(row.charged)}</td>
              <td>{row.cost === null ? t('noPrice') : row.charged === 0 ? '—' : formatMoney(row.cost, row.currency ?? 'USD')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Section>
  )
}
