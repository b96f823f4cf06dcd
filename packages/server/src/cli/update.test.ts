import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'

const CLI = path.resolve(import.meta.dirname, '../cli.ts')
const root = mkdtempSync(path.join(tmpdir(), 'atende-cli-update-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const atende = (...args: string[]) => {
  const env = { ...process.env, ATENDE_ROOT: root, ATENDE_ETC: root, COMPOSE_DIR: root, NGINX_UPSTREAM: path.join(root, 'upstream.conf'), KIND: 'processes' }
  const r = spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', CLI, ...args], { env, encoding: 'utf8' })
  return { status: r.status, said: r.stdout + r.stderr }
}

it.each([
  [['update'], 'say one of'],
  [['update', '--rollback', '--status'], 'say one of'],
  [['update', '--to', 'v1.0.0', '--canary', 'half'], '--canary is a share'],
])('used wrongly: %j', (args, says) => {
  expect(atende(...args)).toEqual({ status: 2, said: expect.stringContaining(says) })
})

it('where nothing runs there is nothing to update', () => {
  expect(atende('update', '--status')).toEqual({ status: 0, said: expect.stringContaining('active: none') })
  expect(atende('update', '--to', 'v1.0.0')).toEqual({ status: 1, said: expect.stringContaining('nothing runs here that could be updated') })
  expect(atende('update', '--resume')).toEqual({ status: 0, said: expect.stringContaining('no update to go on with') })
})
