import { spawn, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, expect, it } from 'vitest'

/** The last steps of an update on a server with systemd, one by one. A whole update: update.test.ts. */
const ROOT = path.resolve(import.meta.dirname, '..')
const home = mkdtempSync(path.join(tmpdir(), 'atende-steps-'))
afterAll(() => rmSync(home, { recursive: true, force: true }))
const releases = path.join(home, 'releases')

function steps(script: string): { status: number | null; said: string } {
  const r = spawnSync('bash', ['-c', `set -euo pipefail; HERE=${ROOT}/deploy; . $HERE/lib/services.sh; . $HERE/lib/steps.sh; ${script}`], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${home}/bin:${process.env.PATH}`, ATENDE_ROOT: home, ATENDE_ETC: home, KIND: 'systemd', UPDATE_KEEP_RELEASES: '2' },
  })
  return { status: r.status, said: `${r.stdout}${r.stderr}` }
}

it('the backup service goes on from the new release', () => {
  mkdirSync(path.join(home, 'bin'))
  writeFileSync(path.join(home, 'bin/systemctl'), `#!/bin/sh\necho "$*" >> ${home}/calls\n`)
  chmodSync(path.join(home, 'bin/systemctl'), 0o755)
  expect(steps('svc_keep green blue')).toEqual({ status: 0, said: '' })
  expect(readFileSync(path.join(home, 'calls'), 'utf8')).toContain('try-restart atende-backup\n')
})

it('a release from which something still runs is not removed', async () => {
  for (const version of ['0.1.0', '0.2.0', '0.3.0', '0.4.0']) mkdirSync(path.join(releases, version), { recursive: true })
  // As the database, which an update does not start anew. It ends by itself.
  const old = spawn('sleep', ['60'], { argv0: `${releases}/0.1.0/postgres`, stdio: 'ignore' })
  await new Promise((started) => old.once('spawn', started))
  try {
    expect(steps('FROM=0.3.0 TO_VERSION=0.4.0; prune_releases')).toEqual({ status: 0, said: expect.stringContaining('release 0.2.0 is removed') })
    expect(readdirSync(releases)).toEqual(['0.1.0', '0.3.0', '0.4.0'])
  } finally {
    const gone = new Promise((ended) => old.once('close', ended))
    old.kill()
    await gone
  }
  steps('FROM=0.3.0 TO_VERSION=0.4.0; prune_releases')
  expect(readdirSync(releases)).toEqual(['0.3.0', '0.4.0'])
})

it('it is said when the new version has other units, which only the installer puts in place', () => {
  for (const [version, text] of [
    ['0.3.0', 'one'],
    ['0.4.0', 'one'],
    ['0.5.0', 'two'],
  ] as const) {
    for (const part of ['systemd', 'nginx', 'bin']) {
      mkdirSync(path.join(releases, version, 'deploy', part), { recursive: true })
      writeFileSync(path.join(releases, version, 'deploy', part, 'file'), part === 'systemd' ? text : '')
    }
  }
  expect(steps('FROM=0.3.0 TO_VERSION=0.4.0; tell_papers')).toEqual({ status: 0, said: '' })
  expect(steps('FROM=0.4.0 TO_VERSION=0.5.0; tell_papers').said).toContain(`${home}/current/deploy/install.sh --yes`)
  expect(steps('FROM=0.5.0 TO_VERSION=0.4.0 ROLLBACK=yes; tell_papers')).toEqual({ status: 0, said: '' })
})
