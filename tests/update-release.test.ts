import { spawn, spawnSync } from 'node:child_process'
import { chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'

/** How a release comes into /opt/atende/releases: whose it is, and what becomes of one that is there already. */
const ROOT = path.resolve(import.meta.dirname, '..')
const home = mkdtempSync(path.join(tmpdir(), 'atende-unpack-'))
const at = (...parts: string[]) => path.join(home, ...parts)
const here = (version: string) => at('opt/releases', version)
afterAll(() => rmSync(home, { recursive: true, force: true }))

function unpack(...args: string[]): { status: number | null; said: string } {
  const script = `set -euo pipefail; HERE=${ROOT}/deploy; for part in services release steps; do . $HERE/lib/$part.sh; done; unpack_release "$@"`
  const env = { ...process.env, ATENDE_ROOT: at('opt'), ATENDE_ETC: home, KIND: 'processes' }
  const r = spawnSync('bash', ['-c', script, 'unpack', ...args], { encoding: 'utf8', env })
  return { status: r.status, said: `${r.stdout}${r.stderr}`.trim() }
}

/** A build of a version that can be told from another one of it. */
function build(version: string, mark: string): string {
  const folder = at('build', `${version}-${mark}`, 'atende')
  for (const part of ['packages/web/dist', 'node_modules']) mkdirSync(path.join(folder, part), { recursive: true })
  writeFileSync(path.join(folder, 'package.json'), `{\n  "version": "${version}"\n}\n`)
  writeFileSync(path.join(folder, 'packages/web/dist/index.html'), mark)
  return folder
}
function tarball(version: string, mark: string): string {
  const folder = build(version, mark)
  spawnSync('tar', ['-czf', `${folder}.tar.gz`, '-C', path.dirname(folder), 'atende'])
  return `${folder}.tar.gz`
}
const markOf = (version: string) => readFileSync(path.join(here(version), 'packages/web/dist/index.html'), 'utf8')

beforeAll(() => {
  expect(unpack(build('0.1.0', 'first'))).toEqual({ status: 0, said: '0.1.0' })
  for (const link of ['blue', 'current']) symlinkSync(here('0.1.0'), at('opt', link))
})

it('belongs to root, whoever has built it', () => {
  const folder = build('0.2.0', 'somebody')
  const file = path.join(folder, 'packages/web/dist/index.html')
  if (process.getuid?.() === 0) chownSync(file, 12_345, 12_345)
  expect(unpack(folder)).toEqual({ status: 0, said: '0.2.0' })
  expect(statSync(path.join(here('0.2.0'), 'packages/web/dist/index.html')).uid).toBe(process.getuid?.())
})

it('another build of a version takes the place of the one that is there', () => {
  expect(unpack(build('0.2.0', 'failed'), here('0.1.0'))).toEqual({ status: 0, said: '0.2.0' })
  expect(unpack(build('0.2.0', 'mended'), here('0.1.0'))).toEqual({ status: 0, said: '0.2.0' })
  expect(markOf('0.2.0')).toBe('mended')
  const file = tarball('0.2.0', 'signed')
  expect(unpack(file, here('0.1.0'))).toEqual({ status: 0, said: '0.2.0' })
  expect(markOf('0.2.0')).toBe('signed')
  // The very file that has given it is not unpacked again.
  writeFileSync(path.join(here('0.2.0'), 'kept'), '')
  expect(unpack(file, here('0.1.0'))).toEqual({ status: 0, said: '0.2.0' })
  expect(existsSync(path.join(here('0.2.0'), 'kept'))).toBe(true)
})

it('a file that ends too early puts nothing there', () => {
  const file = tarball('0.2.5', 'whole')
  // The package.json is whole, so its version can be read.
  writeFileSync(file, readFileSync(file).subarray(0, -12))
  expect(unpack(file, here('0.1.0'))).toMatchObject({ status: 1 })
  expect(existsSync(here('0.2.5'))).toBe(false)
})

it('the one in charge, and those before it, stay as they are', () => {
  expect(unpack(build('0.1.0', 'other'), here('0.1.0'))).toEqual({ status: 0, said: '0.1.0' })
  expect(unpack(build('0.1.0', 'other'), here('0.2.0'))).toEqual({ status: 0, said: '0.1.0' })
  expect(markOf('0.1.0')).toBe('first')
})

it('one from which something still runs is not replaced by another', async () => {
  const file = tarball('0.3.0', 'running')
  expect(unpack(file, here('0.1.0'))).toEqual({ status: 0, said: '0.3.0' })
  // As the database after a way back. It ends by itself.
  const old = spawn('sleep', ['60'], { argv0: `${here('0.3.0')}/postgres`, stdio: 'ignore' })
  await new Promise((started) => old.once('spawn', started))
  try {
    expect(unpack(build('0.3.0', 'other'), here('0.1.0'))).toEqual({ status: 1, said: expect.stringContaining('something still runs from it') })
    expect(unpack(file, here('0.1.0'))).toEqual({ status: 0, said: '0.3.0' })
    expect(markOf('0.3.0')).toBe('running')
  } finally {
    const gone = new Promise((ended) => old.once('close', ended))
    old.kill()
    await gone
  }
})
