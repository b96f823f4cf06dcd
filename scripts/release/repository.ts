import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

export class Refused extends Error {}

export function run(cwd: string, command: string, args: string[], show = false): string {
  const r = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', show ? 'inherit' : 'pipe', show ? 'inherit' : 'pipe'],
    maxBuffer: 64 * 1024 * 1024,
  })
  if (r.error) throw new Refused(`${command}: ${r.error.message}`)
  if (r.status !== 0) throw new Refused(`${command} ${args.slice(0, 3).join(' ')} ended with ${r.status}${show ? '' : `: ${r.stderr.trim().slice(-500)}`}`)
  return show ? '' : r.stdout.trim()
}

const VERSION = /^\d+\.\d+\.\d+$/
export const isNewer = (a: string, b: string): boolean => {
  const [x, y] = [a.split('.').map(Number), b.split('.').map(Number)]
  const at = x.findIndex((n, i) => n !== y[i])
  return at >= 0 && (x[at] ?? 0) > (y[at] ?? 0)
}

type Manifest = { name: string; version: string; dependencies?: Record<string, string>; devDependencies?: Record<string, string> }
const manifests = (root: string): string[] => [
  'package.json',
  ...readdirSync(path.join(root, 'packages'))
    .map((p) => `packages/${p}/package.json`)
    .filter((p) => existsSync(path.join(root, p))),
]
const readJson = (file: string) => JSON.parse(readFileSync(file, 'utf8'))
const writeJson = (file: string, value: unknown) => writeFileSync(file, `${JSON.stringify(value, null, 2)}\n`)

export const versionOf = (root: string): string => readJson(path.join(root, 'package.json')).version

function bumpOne(manifest: Manifest, ours: ReadonlySet<string>, version: string): void {
  manifest.version = version
  for (const list of [manifest.dependencies, manifest.devDependencies]) {
    for (const name of Object.keys(list ?? {})) if (list && ours.has(name)) list[name] = version
  }
}

/** All packages have one version, also where they name each other and in the lock file. */
export function bump(root: string, version: string): void {
  const files = manifests(root)
  const ours = new Set(files.map((f): string => readJson(path.join(root, f)).name))
  for (const file of files) {
    const manifest = readJson(path.join(root, file))
    bumpOne(manifest, ours, version)
    writeJson(path.join(root, file), manifest)
  }
  const lockFile = path.join(root, 'package-lock.json')
  const lock = readJson(lockFile)
  lock.version = version
  for (const file of files) {
    const entry = lock.packages[path.dirname(file) === '.' ? '' : path.dirname(file)]
    if (entry) bumpOne(entry, ours, version)
  }
  writeJson(lockFile, lock)
}

/** Text of a version in the changelog, without its heading. @throws Refused when there is none */
export function notesOf(changelog: string, version: string): string {
  const [, ...sections] = changelog.split(/^## /m)
  const found = sections.find((s) => s.startsWith(`[${version}]`))
  const text = found?.slice(found.indexOf('\n')).trim()
  if (!text) throw new Refused(`CHANGELOG.md says nothing of ${version}`)
  return text
}

export function closeChangelog(changelog: string, version: string, date: string): string {
  notesOf(changelog, 'Unreleased')
  return changelog.replace('## [Unreleased]\n', `## [Unreleased]\n\n## [${version}] - ${date}\n`)
}

/** From now on, what this version needs may only be taken away when a later one does without it. */
export function noteMigrations(root: string, version: string): void {
  const folder = path.join(root, 'packages/server/migrations')
  const names = readdirSync(folder)
    .filter((f) => /\.(sql|ts)$/.test(f))
    .sort()
  const file = path.join(folder, 'released.json')
  const released = readJson(file)
  const mark = { version, migration: names.at(-1)?.replace(/\.(sql|ts)$/, ''), migrations: names.length }
  const lines = [...released.releases, mark].map(
    (r) => `    ${JSON.stringify(r).replace(/[{:,}]/g, (c) => ({ '{': '{ ', ':': ': ', ',': ', ', '}': ' }' })[c] ?? c)}`,
  )
  const { baseline } = released
  const first = `{ "migration": ${JSON.stringify(baseline.migration)}, "migrations": ${baseline.migrations} }`
  writeFileSync(file, `{\n  "baseline": ${first},\n  "releases": [\n${lines.join(',\n')}\n  ]\n}\n`)
}

/** What must be so before a version is made. @throws Refused */
export function requireReady(root: string, version: string): void {
  if (!VERSION.test(version)) throw new Refused(`${version} is no version such as 0.2.0`)
  if (run(root, 'git', ['status', '--porcelain'])) throw new Refused('there are changes that are not committed')
  if (!isNewer(version, versionOf(root))) throw new Refused(`${version} is not newer than ${versionOf(root)}`)
  if (run(root, 'git', ['tag', '--list', `v${version}`])) throw new Refused(`the tag v${version} is there already`)
  notesOf(readFileSync(path.join(root, 'CHANGELOG.md'), 'utf8'), 'Unreleased')
}
