import { useTranslation } from 'react-i18next'
import { getLocale } from '../../lib/locale.ts'
import { usageTexts } from './usage.texts.ts'

type Known = keyof (typeof usageTexts)['pt-BR']['name']
const isKnown = (category: string): category is Known => category in usageTexts['pt-BR'].name

/** Categories by the names people know; a new one of Meta's by its own. */
export function useCategoryName(): (category: string) => string {
  const { t } = useTranslation('usage')
  return (category) => (isKnown(category) ? t(`name.${category}`) : category)
}

export const CATEGORIES = Object.keys(usageTexts['pt-BR'].name).filter(isKnown)

/** Under one whole unit a cent says too little: a message costs less than one. */
export const formatMoney = (amount: number, currency: string, digits = amount < 1 ? 4 : 2): string =>
  new Intl.NumberFormat(getLocale(), { style: 'currency', currency, minimumFractionDigits: 2, maximumFractionDigits: digits }).format(amount)

export const formatCount = (n: number): string => new Intl.NumberFormat(getLocale()).format(n)

export function countryName(code: string): string {
  try {
    return new Intl.DisplayNames(getLocale(), { type: 'region' }).of(code) ?? code
  } catch {
    return code
  }
}

const dateOfMonth = (month: string): Date => new Date(`${month}-15T12:00:00Z`)
/** "outubro de 2026" */
export const formatMonth = (month: string): string =>
  new Intl.DateTimeFormat(getLocale(), { month: 'long', year: 'numeric', timeZone: 'UTC' }).format(dateOfMonth(month))

export function stepMonth(month: string, by: 1 | -1): string {
  const date = dateOfMonth(month)
  date.setUTCMonth(date.getUTCMonth() + by)
  return date.toISOString().slice(0, 7)
}

/** A calendar day of the server, "2026-10-01", as people write it; no time zone moves it. */
export const formatDay = (day: string): string =>
  new Intl.DateTimeFormat(getLocale(), { dateStyle: 'short', timeZone: 'UTC' }).format(new Date(`${day}T12:00:00Z`))
