import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { UNIT_TOOLS } from '../scripts/test-tools.ts'

/** The pipeline runs elsewhere; what can be known of it before is looked at here. */
const ROOT = path.resolve(import.meta.dirname, '..')
const FOLDER = path.join(ROOT, '.github/workflows')
const SCRIPTS: Record<string, string> = JSON.parse(readFileSync(path.join(ROOT, 'package.json'), 'utf8')).scripts
const SHELLCHECK = ['/usr/bin/shellcheck', '/usr/local/bin/shellcheck', '/opt/homebrew/bin/shellcheck'].find(existsSync)

type Step = { uses?: string; run?: string; with?: Record<string, unknown>; env?: Record<string, string> }
type Job = {
  uses?: string
  needs?: string | string[]
  strategy?: { matrix: { target?: string[]; include?: { target: string }[] } }
  permissions?: Record<string, string>
  steps?: Step[]
  'timeout-minutes'?: number
}
type Workflow = { name: string; on: unknown; permissions: Record<string, string>; jobs: Record<string, Job> }
const read = (file: string): Workflow => parse(readFileSync(path.join(FOLDER, file), 'utf8'))
const workflows = readdirSync(FOLDER).map((file): [string, Workflow] => [file, read(file)])
const steps = (w: Workflow) => Object.values(w.jobs).flatMap((job) => job.steps ?? [])

/** Who may write what: a job that gets a right more is noticed here. */
const WRITES: Record<string, string[]> = {
  'release.yml/image': ['attestations', 'id-token', 'packages'],
  'release.yml/publish': ['contents'],
}

describe.each(workflows)('%s', (file, workflow) => {
  const text = readFileSync(path.join(FOLDER, file), 'utf8')

  it('reads only, but for the jobs that are known to write', () => {
    expect(Object.values(workflow.permissions).filter((right) => right !== 'read')).toEqual([])
    for (const [name, job] of Object.entries(workflow.jobs)) {
      const writes = Object.entries(job.permissions ?? {}).flatMap(([what, right]) => (right === 'write' ? [what] : []))
      expect(writes.sort()).toEqual(WRITES[`${file}/${name}`] ?? [])
    }
  })

  it('each job ends by itself and needs only jobs that are there', () => {
    for (const job of Object.values(workflow.jobs)) {
      if (job.uses) expect(existsSync(path.join(ROOT, job.uses))).toBe(true)
      else expect(job['timeout-minutes']).toBeGreaterThan(0)
      for (const needed of [job.needs ?? []].flat()) expect(Object.keys(workflow.jobs)).toContain(needed)
    }
  })

  // A tag could be moved: only GitHub's own are believed by it. The others are a commit, with the version beside it that Dependabot raises.
  it('actions of others are pinned, and a checkout leaves no credentials behind', () => {
    for (const [, used] of text.matchAll(/uses: (.+)/g)) {
      expect(used).toMatch(/^(actions\/[\w-]+@v\d+|\.\/\.github\/workflows\/\w+\.yml|[\w.-]+\/[\w.-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/)
    }
    for (const step of steps(workflow)) {
      if (step.uses?.startsWith('actions/checkout@')) expect(step.with).toMatchObject({ 'persist-credentials': false })
    }
  })

  it('no script holds an expression: what others may write reaches it by the environment only', () => {
    expect(steps(workflow).filter((s) => s.run?.includes('${{'))).toEqual([])
  })

  it('the npm scripts that it calls are there', () => {
    const called = steps(workflow).flatMap((s) => [...(s.run ?? '').matchAll(/npm run (?:-s )?([\w:-]+)/g)].map((m) => m[1] ?? ''))
    expect(called.filter((name) => !(name in SCRIPTS))).toEqual([])
  })

  // Where shellcheck is not installed, only that the scripts can be read.
  it('its scripts are sound', () => {
    for (const { run } of steps(workflow)) {
      if (!run) continue
      const r = SHELLCHECK
        ? spawnSync(SHELLCHECK, ['-s', 'bash', '-'], { input: run, encoding: 'utf8' })
        : spawnSync('bash', ['-n'], { input: run, encoding: 'utf8' })
      expect([run, r.stdout + r.stderr, r.status]).toEqual([run, '', 0])
    }
  })
})

it('the scripts of deploy/ can be read', () => {
  const scripts = spawnSync('git', ['ls-files', '*.sh'], { cwd: ROOT, encoding: 'utf8' }).stdout.split('\n').filter(Boolean)
  expect(scripts).toContain('deploy/update.sh')
  for (const script of scripts) expect([script, spawnSync('bash', ['-n', script], { cwd: ROOT, encoding: 'utf8' }).stderr]).toEqual([script, ''])
})

it('the runner gets every Debian package that the tests ask for, since they cannot install it themselves there', () => {
  const script = steps(read('ci.yml')).find((s) => s.run?.includes('apt-get install'))?.run ?? ''
  const installed = script.slice(script.indexOf('apt-get install')).split(/\s+/)
  expect([...new Set(UNIT_TOOLS.map((t) => t.package))].filter((name) => !installed.includes(name))).toEqual([])
})

/** What a job of a matrix names once for each. */
const EACH_TARGET = /^\$\{\{ matrix\.target \}\}$/

describe('what is published', () => {
  const release = read('release.yml')

  it('is tested and signed before anybody can fetch an image, and has a page at the end', () => {
    expect(release.jobs.files?.needs).toBe('test')
    expect(release.jobs.image?.needs).toEqual(['test', 'files'])
    expect(release.jobs.publish?.needs).toEqual(['files', 'image'])
  })

  it.each(['ci.yml', 'release.yml'])('%s scans both images: all faults are printed, those that a newer package mends end it', (file) => {
    const { strategy, steps = [] } = read(file).jobs.image ?? {}
    const targets = strategy?.matrix.target ?? strategy?.matrix.include?.map((one) => one.target) ?? []
    expect(targets.toSorted()).toEqual(['backup', 'server'])
    const built = steps.find((s) => s.with?.load)?.with
    const scans = steps.filter((s) => s.uses?.startsWith('anchore/scan-action@')).map((s) => s.with)
    const scan = { image: built?.tags, 'output-format': 'table' }
    expect(scans).toEqual([
      { ...scan, 'fail-build': false },
      { ...scan, 'only-fixed': true, 'severity-cutoff': 'high' },
    ])
    expect(built?.target).toMatch(EACH_TARGET)
  })

  it('each image says where it was made', () => {
    const { steps = [] } = release.jobs.image ?? {}
    const pushed = steps.filter((s) => s.with?.push).map((s) => s.with?.target)
    const attested = steps.filter((s) => s.uses?.startsWith('actions/attest-build-provenance@')).map((s) => s.with?.['subject-digest'])
    expect([pushed, attested]).toEqual([[expect.stringMatching(EACH_TARGET)], [expect.stringContaining('steps.push.outputs.digest')]])
  })
})

it('no private key lies in the repository', () => {
  const r = spawnSync('git', ['grep', '-lE', '-e', '-----BEGIN [A-Z ]*PRIVATE KEY-----'], { cwd: ROOT, encoding: 'utf8' })
  expect([r.stdout, r.status]).toEqual(['', 1])
})

it('each part of a release is looked after: packages, actions, images', () => {
  const { updates } = parse(readFileSync(path.join(ROOT, '.github/dependabot.yml'), 'utf8'))
  const kinds: { 'package-ecosystem': string; schedule: { interval: string }; groups: object }[] = updates
  expect(kinds.map((k) => k['package-ecosystem']).sort()).toEqual(['docker', 'docker-compose', 'github-actions', 'npm'])
  expect(kinds.every((k) => k.schedule.interval === 'weekly' && Object.keys(k.groups).length > 0)).toBe(true)
})
