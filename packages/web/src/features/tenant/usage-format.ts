const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

function formatBytes(bytes: number, locale: string): string {
  const step = bytes < 1 ? 0 : Math.min(UNITS.length - 1, Math.floor(Math.log(bytes) / Math.log(1024)))
  const unit = UNITS[step] ?? 'byte'
  return new Intl.NumberFormat(locale, { style: 'unit', unit, maximumFractionDigits: 1 }).format(bytes / 1024 ** step)
}

/** Counted bytes are read as sizes; everything else is a plain number. */
export const formatMetric = (name: string, value: number, locale: string): string =>
  name.endsWith('_bytes') ? formatBytes(value, locale) : new Intl.NumberFormat(locale).format(value)

/** "2026-11" to "novembro de 2026". The middle of the month is the same month in every time zone. */
export function formatMonth(month: string, locale: string): string {
  const middle = new Date(`${month.slice(0, 7)}-15T12:00:00Z`)
  if (Number.isNaN(middle.getTime())) return month
  return new Intl.DateTimeFormat(locale, { month: 'long', year: 'numeric' }).format(middle)
}
