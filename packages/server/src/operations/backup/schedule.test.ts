import { expect, it } from 'vitest'
import type { ServerRun } from '../server-runs.ts'
import { isBackupDue } from './schedule.ts'

const settings = { BACKUP_AT: '03:15', BACKUP_TIMEZONE: 'America/Sao_Paulo' }
const failed = (at: string, details: ServerRun['details']): ServerRun => ({
  id: at,
  kind: 'backup',
  host: 'here',
  startedAt: new Date(at),
  endedAt: new Date(at),
  outcome: 'failed',
  details,
})

it('a backup that is missing at a place which is still away is enough for the day; it is tried again when the place is back', () => {
  const runs = [failed('2026-11-29T06:20:00Z', { to: 'dir', missing: 's3', error: 'target_unreachable' })]
  const later = new Date('2026-11-29T12:00:00Z')
  expect(isBackupDue(settings, runs, later, new Set(['s3']))).toBe(false)
  expect(isBackupDue(settings, runs, later, new Set())).toBe(true)
  expect(isBackupDue(settings, runs, new Date('2026-11-30T06:20:00Z'), new Set(['s3']))).toBe(true)
  // One that is whole nowhere is tried again, whatever is away.
  expect(isBackupDue(settings, [failed('2026-11-29T06:20:00Z', { error: 'disk_full' })], later, new Set(['s3']))).toBe(true)
})
