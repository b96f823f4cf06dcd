/**
 * `npm run sbom`: what Atende is made of, as CycloneDX JSON (`sbom.cdx.json`, or the path given). npm itself writes it, from the lock
 * file and what is installed. The web client's libraries are development dependencies, because they end in its bundle: they count.
 * Fails when a component has no licence, or one that may not be combined with AGPL-3.0-or-later (docs/decisions/0011).
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')
const ALLOWED = new Set([
  ...[
    '0BSD',
    'AGPL-3.0-or-later',
    'Apache-2.0',
    'BlueOak-1.0.0',
    'BSD-2-Clause',
    'BSD-3-Clause',
    'CC0-1.0',
    'CC-BY-4.0',
    'ISC',
    'LGPL-3.0',
    'LGPL-3.0-or-later',
  ],
  ...['MIT', 'MIT-0', 'MPL-2.0', 'OFL-1.1', 'Python-2.0', 'Unlicense', 'Zlib'],
])

type Licence = { license?: { id?: string; name?: string }; expression?: string }
type Component = { 'bom-ref': string; name: string; version: string; licenses?: Licence[] }
type Bom = { bomFormat: string; specVersion: string; components: Component[]; dependencies: { ref: string; dependsOn: string[] }[] }

function ask(args: string[]): Bom {
  const r = spawnSync('npm', ['sbom', '--sbom-format', 'cyclonedx', ...args], { cwd: ROOT, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024 })
  if (r.status !== 0) throw new Error(`npm sbom failed: ${r.stderr}`)
  return JSON.parse(r.stdout)
}

const uniqueBy = <T>(list: readonly T[], key: (item: T) => string): T[] => [...new Map(list.map((item) => [key(item), item])).values()]

/** `(MIT OR Apache-2.0)` needs one that is allowed, `A AND B` all. */
const allowed = (expression: string): boolean =>
  expression
    .replace(/[()]/g, '')
    .split(' OR ')
    .some((either) => either.split(' AND ').every((one) => ALLOWED.has(one.trim())))

const licenceOf = (c: Component): string => (c.licenses ?? []).map((l) => l.license?.id ?? l.license?.name ?? l.expression ?? '').join(' AND ')

const server = ask(['--omit', 'dev'])
const web = ask(['--workspace', '@atende/web'])
const bom: Bom = {
  ...server,
  components: uniqueBy([...server.components, ...web.components], (c) => c['bom-ref']),
  dependencies: uniqueBy([...web.dependencies, ...server.dependencies], (d) => d.ref),
}
const refused = bom.components.filter((c) => !allowed(licenceOf(c)))
for (const c of refused) console.error(`✗ ${c.name}@${c.version}: licence ${licenceOf(c) || 'not stated'}`)
const file = path.resolve(process.argv[2] ?? path.join(ROOT, 'sbom.cdx.json'))
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`)
console.log(`${bom.bomFormat} ${bom.specVersion}: ${bom.components.length} components, ${refused.length} with a licence that is not allowed, in ${file}`)
process.exit(refused.length > 0 ? 1 : 0)
