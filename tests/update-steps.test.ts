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

const calls = () => readFileSync(path.join(home, 'calls'), 'utf8').trim().split('\n')
/** The engine of the steps is stood in for; what they ask systemd for is looked at. */
const stage = `OLD=blue NEW=green FROM=0.1.0 TO_VERSION=0.2.0 FOLDER=${home} STATE=${home}/state WATCH=1 began=0; watch_new() { :; }; wait_ready() { :; }; nginx_upstream_now() { :; }
  write_upstream() { echo "nginx $1" >> ${home}/calls; }; `

it('nginx says no colour that would not come back with the machine; given back, it does not', () => {
  writeFileSync(path.join(home, 'calls'), '')
  expect(steps(`${stage} send_all`)).toMatchObject({ status: 0 })
  expect(calls()).toEqual(['-q enable atende-web@green', 'nginx green'])
  expect(steps(`${stage} give_back switch`)).toEqual({ status: 0, said: expect.stringContaining('0.1.0 is in charge again') })
  expect(calls().slice(-1)).toEqual(['-q disable atende-web@green'])
})

it('what dies and is started again all the time is stopped as well, and nothing stays there as failed', () => {
  // As systemctl answers then: it is not active, and one that systemd has forgotten cannot be reset.
  const script = `#!/bin/sh\necho "$*" >> ${home}/calls\ncase $1 in is-active) exit 3 ;; reset-failed) echo "Unit $2 not loaded." >&2; exit 1 ;; esac\n`
  writeFileSync(path.join(home, 'bin/systemctl'), script)
  writeFileSync(path.join(home, 'calls'), '')
  expect(steps('svc_stop worker blue')).toEqual({ status: 0, said: '' })
  expect(calls()).toEqual(['stop atende-worker@blue', 'reset-failed atende-worker@blue'])
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
