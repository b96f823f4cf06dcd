/**
 * `node scripts/licence-texts.ts sbom.cdx.json licences.txt`: the licence texts of everything in the list of components, in one file that
 * goes along with what is shipped. Libraries of the web client end in its bundle, far from their own files.
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'

const ROOT = path.resolve(import.meta.dirname, '..')
const TEXT = /^(licen[cs]e|copying|notice)/i

type Component = { name: string; version: string; group?: string; licenses?: { license?: { id?: string; name?: string }; expression?: string }[] }
const [list = 'sbom.cdx.json', target = 'licences.txt'] = process.argv.slice(2)
const { components } = JSON.parse(readFileSync(list, 'utf8')) as { components: Component[] }

const named = (c: Component) => (c.group ? `${c.group}/${c.name}` : c.name)
const stated = (c: Component) => (c.licenses ?? []).map((l) => l.license?.id ?? l.license?.name ?? l.expression).join(' AND ')

function textsOf(name: string): string {
  const folder = path.join(ROOT, 'node_modules', name)
  if (!existsSync(folder)) return ''
  return readdirSync(folder, { withFileTypes: true })
    .filter((f) => f.isFile() && TEXT.test(f.name))
    .map((f) => readFileSync(path.join(folder, f.name), 'utf8').trim())
    .join('\n\n')
}

const parts = components
  .map((c) => ({ title: `${named(c)} ${c.version} (${stated(c)})`, text: textsOf(named(c)) }))
  .sort((a, b) => a.title.localeCompare(b.title))
writeFileSync(
  target,
  `${parts.map((p) => `${'='.repeat(80)}\n${p.title}\n\n${p.text || 'The package carries no text; the licence is the one named above.'}\n`).join('\n')}`,
)
console.log(`${parts.length} licences, ${parts.filter((p) => !p.text).length} of them by name only, in ${target}`)
