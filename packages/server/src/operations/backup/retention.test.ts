import fc from 'fast-check'
import { expect, test } from 'vitest'
import { whatStays } from './retention.ts'
import { isBackupDue, isTestDue, lastAt, nextAt } from './schedule.ts'
import { firstGap, lsnOfSegment, segmentName, segmentNumber, segmentOfLsn, segmentUpTo } from './segments.ts'

const SETTINGS = {
  BACKUP_KEEP_DAILY: 7,
  BACKUP_KEEP_WEEKLY: 4,
  BACKUP_KEEP_MONTHLY: 12,
  BACKUP_POINT_IN_TIME_DAYS: 7,
  BACKUP_TIMEZONE: 'America/Sao_Paulo',
  BACKUP_AT: '03:15',
}
const DAY = 86_400_000
const taken = (iso: string) => ({ id: iso, takenAt: new Date(iso).toISOString() })

test('a year of daily backups: seven days, four weeks, twelve months', () => {
  const now = Date.parse('2026-11-29T07:00:00Z')
  const all = Array.from({ length: 500 }, (_, n) => taken(new Date(now - 3_600_000 - n * DAY).toISOString()))
  const stays = [...whatStays(all, SETTINGS, now)]
    .map((id) => id.slice(0, 10))
    .toSorted()
    .toReversed()
  expect(stays).toEqual([
    ...['2026-11-29', '2026-11-28', '2026-11-27', '2026-11-26', '2026-11-25', '2026-11-24', '2026-11-23'],
    ...['2026-11-22', '2026-11-15', '2026-11-08', '2026-10-31', '2026-09-30', '2026-08-31', '2026-07-31', '2026-06-30', '2026-05-31'],
    ...['2026-04-30', '2026-03-31', '2026-02-28', '2026-01-31', '2025-12-31'],
  ])
})

test('a day is that of the place, not of UTC', () => {
  const late = taken('2026-11-20T02:30:00Z') // still the 19th in São Paulo
  const early = taken('2026-11-20T06:00:00Z')
  const settings = { ...SETTINGS, BACKUP_KEEP_WEEKLY: 0, BACKUP_KEEP_MONTHLY: 0 }
  expect(whatStays([late, early], settings, Date.parse('2026-12-20T00:00:00Z'))).toEqual(new Set([late.id, early.id]))
})

test('whatever the clock and the settings say, the newest stays, and keeping twice keeps the same', () => {
  const moment = fc.integer({ min: 0, max: 4000 }).map((hours) => taken(new Date(1_700_000_000_000 + hours * 3_600_000).toISOString()))
  const few = fc.integer({ min: 0, max: 3 })
  fc.assert(
    fc.property(
      fc.uniqueArray(moment, { minLength: 1, selector: (m) => m.id }),
      fc.integer({ min: 1, max: 3 }),
      few,
      few,
      fc.integer(),
      (all, daily, weekly, monthly, skew) => {
        const settings = { ...SETTINGS, BACKUP_KEEP_DAILY: daily, BACKUP_KEEP_WEEKLY: weekly, BACKUP_KEEP_MONTHLY: monthly }
        const now = 1_710_000_000_000 + skew
        const stays = whatStays(all, settings, now)
        const newest = all.toSorted((a, b) => (a.takenAt < b.takenAt ? 1 : -1))[0]
        expect(stays.has(newest?.id ?? '')).toBe(true)
        const again = whatStays(
          all.filter((b) => stays.has(b.id)),
          settings,
          now,
        )
        expect(again).toEqual(stays)
      },
    ),
  )
})

test('the daily moment is that of the clocks of the place, also on the days when they are set', () => {
  expect(nextAt(SETTINGS, new Date('2026-11-29T12:00:00Z')).toISOString()).toBe('2026-11-30T06:15:00.000Z')
  expect(lastAt(SETTINGS, new Date('2026-11-29T06:14:00Z')).toISOString()).toBe('2026-11-28T06:15:00.000Z')
  const berlin = { BACKUP_AT: '03:15', BACKUP_TIMEZONE: 'Europe/Berlin' }
  expect(nextAt(berlin, new Date('2026-03-28T12:00:00Z')).toISOString()).toBe('2026-03-29T01:15:00.000Z')
  expect(nextAt(berlin, new Date('2026-10-24T12:00:00Z')).toISOString()).toBe('2026-10-25T02:15:00.000Z')
})

const run = (outcome: 'ok' | 'failed' | 'running' | 'lost', started: string) => {
  const startedAt = new Date(started)
  return {
    id: started,
    kind: 'backup' as const,
    host: 'h',
    startedAt,
    endedAt: outcome === 'running' || outcome === 'lost' ? null : startedAt,
    outcome,
    details: {},
  }
}

test('a backup is due once a day; one that failed is tried again an hour later, one that was lost too', () => {
  const now = new Date('2026-11-29T07:00:00Z')
  expect(isBackupDue(SETTINGS, [], now)).toBe(true)
  expect(isBackupDue(SETTINGS, [run('ok', '2026-11-29T06:15:01Z')], now)).toBe(false)
  expect(isBackupDue(SETTINGS, [run('ok', '2026-11-29T06:00:00Z')], now)).toBe(true)
  const before = run('ok', '2026-11-28T06:15:01Z')
  expect(isBackupDue(SETTINGS, [run('running', '2026-11-29T06:15:01Z'), before], now)).toBe(false)
  expect(isBackupDue(SETTINGS, [run('failed', '2026-11-29T06:30:00Z'), before], now)).toBe(false)
  expect(isBackupDue(SETTINGS, [run('failed', '2026-11-29T05:59:00Z'), before], now)).toBe(true)
  expect(isBackupDue(SETTINGS, [run('lost', '2026-11-29T05:59:00Z'), before], now)).toBe(true)
  // The second time later than the first, so that half a backup an hour does not fill the disk.
  const again = [run('failed', '2026-11-29T05:30:00Z'), run('failed', '2026-11-29T04:30:00Z'), before]
  expect(isBackupDue(SETTINGS, again, now)).toBe(false)
  expect(isBackupDue(SETTINGS, again, new Date('2026-11-29T07:30:00Z'))).toBe(true)
})

test('a test is due when the last is a week old; a failed one again with the next backup', () => {
  const now = new Date('2026-11-29T07:00:00Z')
  const backup = run('ok', '2026-11-29T06:15:00Z')
  expect(isTestDue(7, [], backup, now)).toBe(true)
  expect(isTestDue(0, [], backup, now)).toBe(false)
  expect(isTestDue(7, [], run('failed', '2026-11-29T06:15:00Z'), now)).toBe(false)
  expect(isTestDue(7, [run('ok', '2026-11-24T07:00:00Z')], backup, now)).toBe(false)
  expect(isTestDue(7, [run('ok', '2026-11-22T06:30:00Z')], backup, now)).toBe(true)
  expect(isTestDue(7, [run('failed', '2026-11-29T06:20:00Z')], backup, now)).toBe(false)
  expect(isTestDue(7, [run('failed', '2026-11-28T06:20:00Z')], backup, now)).toBe(true)
})

test('segments are counted across logs and timelines, and a gap is found', () => {
  const size = 16 * 1024 * 1024
  expect(segmentName('00000001', segmentNumber('0000000100000000000000FF', size) + 1n, size)).toBe('000000010000000100000000')
  expect(segmentOfLsn('1/0', size)).toBe(256n)
  expect(segmentUpTo('1/0', size)).toBe(255n)
  expect(lsnOfSegment(256n, size)).toBe('1/0')
  expect(firstGap([5n, 6n, 7n], 5n)).toBeUndefined()
  expect(firstGap([], 5n)).toBeUndefined()
  expect(firstGap([5n, 7n], 5n)).toBe(6n)
  expect(firstGap([6n, 7n, 2n], 5n)).toBe(5n)
})
