import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest'
import { daysBetween, formatDay, formatDuration, formatRelative, formatRemaining, formatStamp, formatTime } from './time.ts'

const at = (text: string): Date => new Date(text)
const now = at('2026-11-20T15:30:00')

beforeAll(() => {
  vi.stubGlobal('document', { documentElement: { lang: '' } })
})
afterEach(async () => (await import('./locale.ts')).rememberLocale('pt-BR'))

describe('days, as people say them', () => {
  it.each([
    ['2026-11-20T00:05:00', 'hoje'],
    ['2026-11-19T23:59:00', 'ontem'],
    ['2026-11-18T10:00:00', 'quarta-feira'],
    ['2026-11-14T10:00:00', 'sábado'],
    ['2026-11-13T10:00:00', '13 de novembro'],
    ['2025-12-31T10:00:00', '31 de dezembro de 2025'],
  ])('%s is %s', (text, said) => expect(formatDay(at(text), now)).toBe(said))

  it('counts calendar days, not 24 hours', () => {
    expect(daysBetween(at('2026-11-19T23:59:00'), at('2026-11-20T00:01:00'))).toBe(1)
    expect(daysBetween(at('2026-11-20T00:01:00'), at('2026-11-20T23:59:00'))).toBe(0)
  })

  it('speaks English too', async () => {
    ;(await import('./locale.ts')).rememberLocale('en')
    expect(formatDay(at('2026-11-19T12:00:00'), now)).toBe('yesterday')
    expect(formatRelative(at('2026-11-20T15:27:00'), now)).toBe('3 min ago')
    expect(formatTime(at('2026-11-20T15:07:00'))).toMatch(/^3:07\sPM$/)
  })
})

describe('how long ago', () => {
  it.each([
    ['2026-11-20T15:29:30', 'agora'],
    ['2026-11-20T15:31:00', 'agora'],
    ['2026-11-20T15:27:00', 'há 3 min'],
    ['2026-11-20T09:00:00', 'há 6 h'],
    ['2026-11-19T18:40:00', 'ontem 18:40'],
    ['2026-11-16T09:10:00', 'segunda-feira 09:10'],
    ['2026-11-02T09:10:00', '2 de nov.'],
    ['2025-11-02T09:10:00', '02/11/2025'],
  ])('%s is %s', (text, said) => expect(formatRelative(at(text), now)).toBe(said))

  it('is a time today and a day before that, in a row', () => {
    expect(formatStamp(at('2026-11-20T09:05:00'), now)).toBe('09:05')
    expect(formatStamp(at('2026-11-19T09:05:00'), now)).toBe('ontem')
  })
})

describe('lengths of time', () => {
  it.each([
    [-5, '0 s'],
    [59_999, '59 s'],
    [60_000, '1 min'],
    [3_600_000, '1 h'],
    [3_600_000 * 3 + 60_000 * 5, '3 h 05 min'],
    [86_400_000 - 1, '23 h 59 min'],
    [86_400_000, '24 h'],
    [86_400_000 + 3_600_000, '1 d 1 h'],
    [86_400_000 * 2 + 3_600_000 * 4, '2 d 4 h'],
  ])('%d ms is %s', (length, said) => expect(formatDuration(length)).toBe(said))

  it('counts down and stops at zero', () => {
    expect(formatRemaining(at('2026-11-20T16:00:00'), now)).toBe('30 min')
    expect(formatRemaining(at('2026-11-20T15:00:00'), now)).toBe('0 s')
  })
})
