import { getLocale } from '../../../lib/locale.ts'

const UNITS = ['B', 'kB', 'MB', 'GB'] as const

/** "1,4 MB", in the numbers people know from their file manager (1024). */
export const formatSize = (bytes: number): string => {
  let size = bytes
  let unit = 0
  while (size >= 1024 && unit < UNITS.length - 1) {
    size /= 1024
    unit++
  }
  const digits = unit === 0 || size >= 100 ? 0 : 1
  return `${new Intl.NumberFormat(getLocale(), { maximumFractionDigits: digits }).format(size)} ${UNITS[unit]}`
}
