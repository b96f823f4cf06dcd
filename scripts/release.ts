/**
 * Makes a release.
 *
 *   npm run release -- 0.2.0 [--dry-run] [--tested]   version, changelog, commit and tag; then pushing the tag publishes it
 *   npm run release -- pack [--out FOLDER] [--key FILE] [--image NAME] [--built]   tarball, checksums and signature of what is checked out
 *   npm run release -- notes 0.2.0                    what the changelog says of a version
 *
 * `--tested`: `npm test` has just passed. `--built`: packages/web/dist and sbom.cdx.json are there. `--key`: the private release key.
 * `--image`: where the image of this version is published.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { pack } from './release/pack.ts'
import { bump, closeChangelog, noteMigrations, notesOf, Refused, requireReady, run, versionOf } from './release/repository.ts'

const ROOT = path.resolve(process.env.RELEASE_ROOT ?? path.join(import.meta.dirname, '..'))
const CHANGELOG = path.join(ROOT, 'CHANGELOG.md')
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    'dry-run': { type: 'boolean' },
    tested: { type: 'boolean' },
    built: { type: 'boolean' },
    out: { type: 'string' },
    key: { type: 'string' },
    image: { type: 'string' },
  },
})

function tellNotes(version: string | undefined): void {
  console.log(notesOf(readFileSync(CHANGELOG, 'utf8'), (version ?? versionOf(ROOT)).replace(/^v/, '')))
}

function packHere(): void {
  if (!values.built) {
    run(ROOT, 'npm', ['run', 'build'], true)
    run(ROOT, 'npm', ['run', 'sbom'], true)
  }
  const key = values.key ?? process.env.RELEASE_KEY_FILE
  const image = values.image ?? process.env.RELEASE_IMAGE
  const made = pack(ROOT, path.resolve(values.out ?? path.join(ROOT, 'dist-release')), key ? path.resolve(key) : undefined, image)
  console.log(`${made.file}\n${made.sums}\n${made.signature ?? 'not signed: --key or RELEASE_KEY_FILE names the private key'}`)
}

function makeVersion(version: string): void {
  requireReady(ROOT, version)
  run(ROOT, process.execPath, ['--disable-warning=ExperimentalWarning', 'scripts/check-migrations.ts'])
  if (values['dry-run']) {
    console.log(
      `would ${values.tested ? '' : 'run npm test, '}set ${versionOf(ROOT)} to ${version}, close the changelog, commit, and tag v${version}. Its notes:\n`,
    )
    console.log(notesOf(readFileSync(CHANGELOG, 'utf8'), 'Unreleased'))
    return
  }
  if (!values.tested) run(ROOT, 'npm', ['test'], true)
  bump(ROOT, version)
  noteMigrations(ROOT, version)
  writeFileSync(CHANGELOG, closeChangelog(readFileSync(CHANGELOG, 'utf8'), version, new Date().toISOString().slice(0, 10)))
  run(ROOT, 'git', ['commit', '-q', '-a', '-m', `Release ${version}`])
  run(ROOT, 'git', ['tag', '-a', `v${version}`, '-m', `Atende ${version}`])
  console.log(`v${version} is committed and tagged. "git push --follow-tags" publishes it; "npm run release -- pack --key FILE" makes the files here.`)
}

try {
  const [what = '', version] = positionals
  if (what === 'pack') packHere()
  else if (what === 'notes') tellNotes(version)
  else makeVersion(what)
} catch (e) {
  if (!(e instanceof Refused)) throw e
  console.error(`✗ ${e.message}`)
  process.exit(1)
}
