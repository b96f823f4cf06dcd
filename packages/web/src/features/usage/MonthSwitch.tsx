import { ActionIcon } from '@mantine/core'
import { ChevronLeft, ChevronRight } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import classes from './Usage.module.css'
import { formatMonth, stepMonth } from './usage-words.ts'

type MonthSwitchProps = { month: string; months: readonly string[]; onChange: (month: string) => void }

/** From the first month that has something to the present one. */
export function MonthSwitch({ month, months, onChange }: MonthSwitchProps) {
  const { t } = useTranslation('usage')
  const now = new Date().toISOString().slice(0, 7)
  const first = [...months, now].toSorted()[0] ?? now
  return (
    <div className={classes.months}>
      <ActionIcon variant="default" size="lg" aria-label={t('earlier')} disabled={month <= first} onClick={() => onChange(stepMonth(month, -1))}>
        <ChevronLeft size={18} aria-hidden />
      </ActionIcon>
      <h2 className={classes.month} aria-live="polite">
        {formatMonth(month)}
      </h2>
      <ActionIcon variant="default" size="lg" aria-label={t('later')} disabled={month >= now} onClick={() => onChange(stepMonth(month, 1))}>
        <ChevronRight size={18} aria-hidden />
      </ActionIcon>
    </div>
  )
}
