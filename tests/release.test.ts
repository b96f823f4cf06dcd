import { spawnSync } from 'node:child_process'
import { appendFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { parse } from 'yaml'

/** A repository like ours, from which a version is made; and what a server believes of its files. */
const ROOT = path.resolve(import.meta.dirname, '..')
/** Whatever the version is today: these tests also run on the tag of the next one. */
const OLD: string = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).version
const NEXT = OLD.replace(/\.(\d+)\.\d+$/, (_, minor) => `.${Number(minor) + 1}.0`)
const work = mkdtempSync(path.join(tmpdir(), 'atende-release-'))
const repository = path.join(work, 'repository')
const key = path.join(work, 'key')
const env = { ...process.env, GIT_AUTHOR_NAME: 'T', GIT_AUTHOR_EMAIL: 't@example.com', GIT_COMMITTER_NAME: 'T', GIT_COMMITTER_EMAIL: 't@example.com' }
const sh = (cwd: string, command: string, args: string[], more: Record<string, string> = {}) => {
  const r = spawnSync(command, args, { cwd, env: { ...env, ...more }, encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
  return { status: r.status, said: (r.stdout ?? '') + (r.stderr ?? '') }
}
const release = (...args: string[]) => sh(repository, process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/release.ts', ...args])
const git = (...args: string[]) => sh(repository, 'git', args).said.trim()
const read = (file: string) => readFileSync(path.join(repository, file), 'utf8')

beforeAll(() => {
  const tracked = sh(ROOT, 'git', ['ls-files', '--cached', '--others', '--exclude-standard']).said.split('\n').filter(Boolean)
  const wanted = tracked.filter((f) => /^(packages|deploy|scripts|docs|[^/]+$)/.test(f) && existsSync(path.join(ROOT, f)))
  for (const file of wanted) cpSync(path.join(ROOT, file), path.join(repository, file))
  writeFileSync(
    path.join(repository, 'CHANGELOG.md'),
    '# Changelog\n\n## [Unreleased]\n\n### Added\n\n- **Updates** without a pause.\n\n## [0.0.1] - 2026-01-01\n\n- First.\n',
  )
  mkdirSync(path.join(repository, 'packages/web/dist/assets'), { recursive: true })
  writeFileSync(path.join(repository, 'packages/web/dist/index.html'), '<div id="root"></div>')
  sh(work, 'ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'release of the test', '-f', key])
  git('init', '-q')
  git('add', '-A')
  git('commit', '-q', '-m', 'Everything')
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

it('a version is refused while something is not as it must be', () => {
  expect(release(OLD)).toMatchObject({ status: 1, said: expect.stringContaining(`${OLD} is not newer than ${OLD}`) })
  expect(release('two')).toMatchObject({ status: 1, said: expect.stringContaining('is no version') })
  appendFileSync(path.join(repository, 'LICENSE'), '\n')
  expect(release(NEXT)).toMatchObject({ status: 1, said: expect.stringContaining('not committed') })
  git('checkout', '-q', 'LICENSE')
  expect(release('notes', '99.7.0')).toMatchObject({ status: 1, said: expect.stringContaining('says nothing of 99.7.0') })
})

it('a dry run tells, and changes nothing', () => {
  expect(release(NEXT, '--dry-run')).toMatchObject({ status: 0, said: expect.stringContaining('Updates') })
  expect([git('status', '--porcelain'), git('tag')]).toEqual(['', ''])
})

it('makes the version: packages, lock file, changelog, released migrations, commit and tag', () => {
  expect(release(NEXT, '--tested').status).toBe(0)
  for (const name of ['.', 'packages/contracts', 'packages/server', 'packages/web', 'packages/whatsapp-emulator']) {
    expect(JSON.parse(read(`${name}/package.json`)).version).toBe(NEXT)
  }
  expect(JSON.parse(read('packages/server/package.json')).dependencies).toMatchObject({ '@atende/contracts': NEXT, 'whatsapp-emulator': NEXT })
  const lock = JSON.parse(read('package-lock.json'))
  expect([lock.version, lock.packages[''].version, lock.packages['packages/server'].dependencies['@atende/contracts']]).toEqual([NEXT, NEXT, NEXT])
  expect(read('CHANGELOG.md')).toMatch(new RegExp(`## \\[Unreleased\\]\n\n## \\[${NEXT}\\] - \\d{4}-\\d\\d-\\d\\d\n\n### Added`))
  expect(JSON.parse(read('packages/server/migrations/released.json')).releases.at(-1)).toEqual({
    version: NEXT,
    migration: expect.stringMatching(/^\d{4}_/),
    migrations: expect.any(Number),
  })
  expect([git('tag'), git('log', '-1', '--format=%s'), git('status', '--porcelain')]).toEqual([`v${NEXT}`, `Release ${NEXT}`, ''])
  expect(release('notes').said.trim()).toBe('### Added\n\n- **Updates** without a pause.')
})

it('nothing that a server gets still says the version before', () => {
  expect(git('grep', '-nwF', OLD, '--', 'deploy', 'package.json', 'packages/*/package.json')).toBe('')
})

const out = (name: string) => path.join(work, name)
const IMAGE = 'ghcr.io/hotel/atende'
it('packs the same bytes twice, with what a server needs and no tests', { timeout: 120_000 }, () => {
  for (const name of ['one', 'two']) expect(release('pack', '--built', '--out', out(name), '--key', key, '--image', IMAGE)).toMatchObject({ status: 0 })
  const sums = readFileSync(path.join(out('one'), 'SHA256SUMS'), 'utf8')
  expect(sums).toMatch(new RegExp(`^[0-9a-f]{64} {2}atende-${NEXT}\\.tar\\.gz\n$`))
  expect(readFileSync(path.join(out('two'), 'SHA256SUMS'), 'utf8')).toBe(sums)
  const files = sh(work, 'tar', ['-tzf', path.join(out('one'), `atende-${NEXT}.tar.gz`)]).said.split('\n')
  for (const wanted of ['package-lock.json', 'deploy/update.sh', 'packages/server/src/cli.ts', 'packages/web/dist/index.html', 'packages/web/package.json']) {
    expect(files).toContain(`atende-${NEXT}/${wanted}`)
  }
  expect(files.filter((f) => /\.test\.tsx?$|\/testing\/|node_modules|\/\.env$/.test(f))).toEqual([])
})

/** What a line of the Dockerfile takes from the context, without the options and the place it goes to. */
const copied = (dockerfile: string): string[] =>
  [...dockerfile.matchAll(/^COPY (?!--from)(.+)$/gm)].flatMap((line) => (line[1] ?? '').trim().split(/\s+/).slice(0, -1))

it('unpacked, it holds all that its Dockerfile copies: an image can be built from what was signed; and it names the published one', () => {
  const folder = path.join(work, 'unpacked')
  mkdirSync(folder)
  const tarball = readdirSync(out('one')).find((f) => f.endsWith('.tar.gz')) ?? ''
  sh(work, 'tar', ['-xzf', path.join(out('one'), tarball), '--strip-components=1', '-C', folder])
  const sources = copied(readFileSync(path.join(folder, 'deploy/docker/Dockerfile'), 'utf8'))
  expect(sources.length).toBeGreaterThan(10)
  // What the pages are built from, and what keeps the rest away from the builder.
  const needed = [...sources, 'packages/web/src/main.tsx', 'packages/web/index.html', '.dockerignore']
  expect(needed.filter((source) => !existsSync(path.join(folder, source)))).toEqual([])
  expect(readFileSync(path.join(folder, 'deploy/compose/.env.example'), 'utf8')).toContain(`\nATENDE_IMAGE=${IMAGE}\nATENDE_BACKUP_IMAGE=${IMAGE}-backup\n`)
  expect(release('pack', '--built', '--image', 'a|b')).toMatchObject({ status: 1, said: expect.stringContaining('no name of an image') })
})

it('the pipeline packs a release that names the image which it pushes', () => {
  type Step = { id?: string; run?: string }
  const jobs: Record<string, { steps: Step[] }> = parse(readFileSync(path.join(ROOT, '.github/workflows/release.yml'), 'utf8')).jobs
  const [packing, naming] = [
    jobs.files?.steps.find((s) => s.run?.includes('release -- pack'))?.run ?? '',
    jobs.image?.steps.find((s) => s.id === 'names')?.run ?? '',
  ]
  const named = out('named')
  const said = (script: string) =>
    sh(work, 'bash', ['-euc', script], { GITHUB_REPOSITORY: 'Hotel/Atende', REPOSITORY: 'Hotel/Atende', NAME: '', TAG: 'v1.2.3', GITHUB_OUTPUT: named }).said
  said(naming)
  const pushed = /^image=(.+)$/m.exec(readFileSync(named, 'utf8'))?.[1]
  const command = /npm run release -- pack .*$/m.exec(packing)?.[0]
  expect(said(`npm() { printf '%s\\n' "$@"; }; ${command}`)).toContain(`\n--image\n${pushed}\n`)
  expect(pushed).toBe(IMAGE)
})

/** As `atende update` asks, with the key that the running release came with. */
const verify = (folder: string, publicKey: string) =>
  sh(ROOT, 'bash', ['-c', `ATENDE_ETC=${work}; HERE=${ROOT}/deploy; . deploy/lib/release.sh; verify_release ${folder}/atende-${NEXT}.tar.gz`], {
    ATENDE_RELEASE_KEY: publicKey,
  })

it('a server believes what the release key has signed, and nothing else', () => {
  const [good, bad] = [out('one'), out('bad')]
  expect(verify(good, `${key}.pub`)).toEqual({ status: 0, said: '' })

  cpSync(good, bad, { recursive: true })
  appendFileSync(path.join(bad, `atende-${NEXT}.tar.gz`), 'x')
  expect(verify(bad, `${key}.pub`)).toMatchObject({ status: 1, said: expect.stringContaining('is not what SHA256SUMS says') })
  // Whoever changes the list as well has no key for it.
  const sum = sh(bad, 'sha256sum', [`atende-${NEXT}.tar.gz`]).said
  writeFileSync(path.join(bad, 'SHA256SUMS'), sum)
  expect(verify(bad, `${key}.pub`)).toMatchObject({ status: 1, said: expect.stringContaining('not a genuine release') })
  sh(work, 'ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', `${key}-other`])
  rmSync(path.join(bad, 'SHA256SUMS.sig'))
  sh(bad, 'ssh-keygen', ['-q', '-Y', 'sign', '-f', `${key}-other`, '-n', 'atende-release', 'SHA256SUMS'])
  expect(verify(bad, `${key}.pub`)).toMatchObject({ status: 1, said: expect.stringContaining('not a genuine release') })
  // The right key, but a signature that was made for something else.
  rmSync(path.join(bad, 'SHA256SUMS.sig'))
  sh(bad, 'ssh-keygen', ['-q', '-Y', 'sign', '-f', key, '-n', 'git', 'SHA256SUMS'])
  expect(verify(bad, `${key}.pub`)).toMatchObject({ status: 1, said: expect.stringContaining('not a genuine release') })
  rmSync(path.join(bad, 'SHA256SUMS.sig'))
  expect(verify(bad, `${key}.pub`)).toMatchObject({ status: 1, said: expect.stringContaining('there is no SHA256SUMS.sig') })
  // The file that stands in the repository while there is no key.
  expect(verify(good, path.join(ROOT, 'deploy/release-key.pub'))).toMatchObject({ status: 1, said: expect.stringContaining('no release key') })
})
