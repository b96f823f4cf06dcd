import type { Template } from '@atende/contracts/templates'
import { CircleCheck, CircleX, Clock, PauseCircle, Signal, SignalHigh, SignalLow } from 'lucide-react'
import { useTranslation } from 'react-i18next'
import { getLocale } from '../../lib/locale.ts'
import { Pill } from '../../ui/Pill.tsx'

type Tone = 'good' | 'waiting' | 'harm' | 'quiet'
const TONES: Partial<Record<Template['status'], Tone>> = {
  APPROVED: 'good',
  PENDING: 'waiting',
  IN_APPEAL: 'waiting',
  PAUSED: 'waiting',
  FLAGGED: 'waiting',
  ARCHIVED: 'quiet',
  PENDING_DELETION: 'quiet',
  DELETED: 'quiet',
}

export function StatusPill({ template: { status, reason } }: { template: Pick<Template, 'status' | 'reason'> }) {
  const { t } = useTranslation('templates')
  const tone = status === 'APPROVED' && reason !== null ? 'waiting' : (TONES[status] ?? 'harm')
  const Icon = { good: CircleCheck, waiting: status === 'PAUSED' ? PauseCircle : Clock, harm: CircleX, quiet: CircleX }[tone]
  return (
    <Pill tone={tone} icon={<Icon size={13} aria-hidden />}>
      {t(`status.${status}`)}
    </Pill>
  )
}

/** Nothing is said while Meta has not measured it. */
export function QualityPill({ quality }: Pick<Template, 'quality'>) {
  const { t } = useTranslation('templates')
  if (quality === 'UNKNOWN') return null
  const Icon = { GREEN: SignalHigh, YELLOW: Signal, RED: SignalLow }[quality]
  return (
    <Pill tone={({ GREEN: 'good', YELLOW: 'waiting', RED: 'harm' } as const)[quality]} icon={<Icon size={13} aria-hidden />}>
      {t(`quality.${quality}`)}
    </Pill>
  )
}

/** "US$ 0,0068": prices of messages are fractions of cents. */
export const formatPrice = ({ amount, currency }: { amount: number; currency: string }): string =>
  new Intl.NumberFormat(getLocale(), { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: 4 }).format(amount)

/** The languages that a new template may have here; others come from Meta and are named by the browser. */
export const LANGUAGES = ['pt_BR', 'en_US', 'en', 'es', 'es_AR', 'es_MX', 'pt_PT', 'fr', 'de', 'it'] as const
const isKnown = (code: string): code is (typeof LANGUAGES)[number] => LANGUAGES.some((one) => one === code)

export const useLanguageName = () => {
  const { t } = useTranslation('templates')
  return (code: string): string => {
    if (isKnown(code)) return t(`language.${code}`)
    try {
      return new Intl.DisplayNames(getLocale(), { type: 'language' }).of(code.replace('_', '-')) ?? code
    } catch {
      return code
    }
  }
}
