import { Timer, X } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { useCounts } from '../queries.ts'
import classes from './ListHeader.module.css'

type ClosesSoonProps = { on: boolean; onChange: (on: boolean) => void }

/** A sign that appears when windows are about to close, and filters the list to them. */
export function ClosesSoon({ on, onChange }: ClosesSoonProps) {
  const { t } = useTranslation('composer')
  const { data: counts } = useCounts()
  const count = counts?.closesSoon ?? 0
  if (count === 0 && !on) return null
  return (
    <button type="button" className={classes.soon} aria-pressed={on} title={t('window.soonHint')} onClick={() => onChange(!on)}>
      <Timer size={13} aria-hidden />
      <span>{t('window.soon', { count })}</span>
      {on && <X size={13} aria-hidden />}
    </button>
  )
}
