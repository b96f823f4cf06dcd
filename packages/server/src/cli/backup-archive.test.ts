import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { type BackupLab, startBackupLab } from '../testing/backup-lab.ts'
import type { ServerProcess } from '../testing/server-process.ts'

// Each command is a process of its own, which takes its time on a busy machine.
vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })

/** A PostgreSQL that archives into a folder, slowly, as that of the container stack does. */
let lab: BackupLab
let server: ServerProcess
let env: Record<string, string>
const archive = () => lab.at('archive')
const wal = () => path.join(lab.at('home'), 'postgres/data/pg_wal')
const sent = (): string[] => {
  const root = path.join(lab.at('target'), 'wal')
  return existsSync(root) ? readdirSync(root, { recursive: true, withFileTypes: true }).flatMap((e) => (e.isFile() ? [e.name.split('.zst')[0] ?? ''] : [])) : []
}
const addContact = (name: string, phone: string) => lab.call(server.url, 'POST', '/api/contacts', lab.token, { name, phone })

beforeAll(async () => {
  lab = await startBackupLab()
  mkdirSync(archive())
  chmodSync(archive(), 0o777)
  await lab.sql(lab.at('home'), "alter system set archive_mode = 'on'")
  const script = `#!/bin/sh\n[ -e ${lab.at('broken')} ] && exit 1\nsleep 1\ncp "$1" ${archive()}/."$2" && chmod 644 ${archive()}/."$2" && mv ${archive()}/."$2" ${archive()}/"$2"\n`
  writeFileSync(lab.at('archive.sh'), script)
  await lab.sql(lab.at('home'), `alter system set archive_command = 'sh ${lab.at('archive.sh')} %p %f'`)
  await lab.server.stop()
  server = await lab.start(lab.at('home'))
  env = { BACKUP_WAL_DIR: archive() }
})
afterAll(() => lab.close())

test('what was written until now is at the target when it is said to be', async () => {
  expect((await lab.atende(['backup'], env)).code).toBe(0)
  await addContact('Ana Agora', '5511987654001')
  const [row] = await lab.sql<{ name: string }>(lab.at('home'), 'select pg_walfile_name(pg_current_wal_insert_lsn()) as name')
  expect((await lab.atende(['backup', 'ship'], env)).code).toBe(0)
  expect(sent().some((n) => n.startsWith(row?.name ?? 'none'))).toBe(true)
  // Also the notes of PostgreSQL about backups do not pile up there.
  expect(readdirSync(archive()).filter((n) => n.endsWith('.backup'))).toEqual([])
})

test('a history that PostgreSQL did not archive is sent, and stays where it is', async () => {
  const history = path.join(wal(), '00000002.history')
  writeFileSync(history, '1\t0/3000000\tbefore 2026-11-29 12:00:00+00\n', { mode: 0o644 })
  expect((await lab.atende(['backup', 'ship'], env)).code).toBe(0)
  expect(sent().filter((n) => n.startsWith('00000002.history'))).toHaveLength(1)
  expect(readFileSync(history, 'utf8')).toContain('before')
  expect((await lab.atende(['backup', 'ship'], env)).code).toBe(0)
  expect(sent().filter((n) => n.startsWith('00000002.history'))).toHaveLength(1)
  rmSync(history)
})

test('what archive_command does not hand over is told, and what it let go is a gap that only a backup ends', async () => {
  writeFileSync(lab.at('broken'), '')
  await addContact('Beto Preso', '5511987654002')
  const stuck = await lab.atende(['backup', 'ship'], env)
  expect([stuck.code, stuck.stderr]).toEqual([1, expect.stringContaining('error (archive_stuck)')])
  rmSync(lab.at('broken'))

  writeFileSync(path.join(archive(), '.let-go'), '000000010000000000000001\n')
  await lab.atende(['backup', 'ship'], env)
  const gaps = () => JSON.parse(readFileSync(path.join(lab.at('home'), 'backup/archive-gaps.json'), 'utf8'))
  expect(gaps()).toEqual({ [lab.at('target')]: { at: expect.any(String), lost: true, segment: '000000010000000000000001' } })
  expect(existsSync(path.join(archive(), '.let-go'))).toBe(false)
  expect((await lab.atende(['backup'], env)).code).toBe(0)
  expect(gaps()).toEqual({})
})
