/**
 * `npm run check:migrations [-- FOLDER]`: the version that runs must be able to go on beside every migration that has not been released
 * (docs/decisions/0038): expand first, contract when nobody uses it any more. It reads statement by statement and knows no catalogue, so
 * it cannot see what a function's new body does, what a trigger forbids, or SQL that is put together elsewhere.
 */
import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { splitSql } from '../packages/server/src/platform/sql-statements.ts'
import { judge } from './migrations/rules.ts'
import { type KnownSchema, type MigrationText, plain, schemaOf, statementsOf } from './migrations/schema-of.ts'

/** `migrations`: how many there are up to it, so that none is put in between later. */
type Mark = { migration: string; migrations: number }
type Released = { baseline: Mark; releases: (Mark & { version: string })[] }
const FOLDER = path.resolve(process.argv[2] ?? path.join(import.meta.dirname, '../packages/server/migrations'))

const numbers = (version: string): number[] => version.split('.').map(Number)
const atLeast = (a: string, b: string): boolean => {
  const [x, y] = [numbers(a), numbers(b)]
  for (let i = 0; i < 3; i++) if (x[i] !== y[i]) return (x[i] ?? 0) > (y[i] ?? 0)
  return true
}

/** Why a contraction may not be yet; undefined when it may. */
function tooEarly(comments: readonly string[], { releases }: Released): string | undefined {
  const since = comments.map((c) => /^contract: since (\d+\.\d+\.\d+)\b/.exec(c)?.[1]).find((v) => v !== undefined)
  if (!since) return 'mark it "-- contract: since <version>" when a released version does without it'
  return releases.some((r) => atLeast(r.version, since)) ? undefined : `version ${since}, which is said to do without it, has not been released`
}

/** A block of code is read piece by piece, the strings that it executes as well. */
const blocksOf = (statement: string): string[] => {
  const body = /^do (?:language \w+ )?\$(\w*)\$(.*)\$\1\$/s.exec(statement)?.[2]
  if (body === undefined) return [statement]
  const words = body.replace(/\b(begin|then|loop|else|execute|perform|format\(|end)\b/g, ';')
  return [...splitSql(words).map((s) => s.text), ...[...body.matchAll(/'([^']+)'/g)].flatMap((m) => (m[1] ?? '').split(';'))].map((s) =>
    s.replace(/^[\s(']+/, '').replaceAll('%i', 'x'),
  )
}

function checkOutside(file: MigrationText, statements: readonly string[]): string[] {
  const outside = /^-- outside a transaction\b/m.test(file.text)
  const concurrent = statements.filter((s) => /\bconcurrently\b/.test(s))
  const wrong: string[] = []
  if (concurrent.length > 0 && !outside) wrong.push('"concurrently" works outside of a transaction only: begin the file with "-- outside a transaction"')
  if (outside) {
    for (const s of statements) {
      if (
        /^create (unique )?index concurrently if not exists|^drop index concurrently if exists|^alter table \w+ validate constraint|^reindex .*concurrently/.test(
          s,
        )
      )
        continue
      wrong.push(`outside of a transaction only what can be repeated: ${s.slice(0, 80)}`)
    }
  }
  return wrong
}

function checkFile(file: MigrationText, known: KnownSchema, released: Released): string[] {
  const statements = statementsOf(file)
  const whole = plain(file.text)
  const wrong = checkOutside(
    file,
    statements.map((s) => plain(s.text)),
  )
  for (const { text, comments, line } of statements) {
    const found = blocksOf(plain(text))
      .map((s) => judge(s, known, whole))
      .find((f) => f !== undefined)
    const early = found?.kind === 'contract' ? tooEarly(comments, released) : found?.says
    if (found && early) wrong.push(`line ${line}: ${plain(text).slice(0, 90)}\n      ${found.says}${found.kind === 'contract' ? `; ${early}` : ''}`)
  }
  return wrong.map((w) => `${file.name}: ${w}`)
}

const released: Released = JSON.parse(readFileSync(path.join(FOLDER, 'released.json'), 'utf8'))
const mark = released.releases.at(-1) ?? released.baseline
const last = mark.migration
const files = readdirSync(FOLDER)
  .filter((f) => /\.(sql|ts)$/.test(f))
  .sort()
  .map((f): MigrationText => ({ name: f, text: readFileSync(path.join(FOLDER, f), 'utf8'), code: f.endsWith('.ts') }))
const nameOf = (f: MigrationText) => f.name.replace(/\.(sql|ts)$/, '')
const old = files.filter((f) => nameOf(f) <= last)
const fresh = files.filter((f) => nameOf(f) > last)
const known = schemaOf(old)
const twice = files.filter((f, i) => files[i - 1]?.name.slice(0, 4) === f.name.slice(0, 4))
const wrong = [
  ...(old.some((f) => nameOf(f) === last) ? [] : [`released.json: ${last} is not here; released migrations stay as they are`]),
  ...(old.length === mark.migrations
    ? []
    : [`there are ${old.length} migrations up to ${last}, and there were ${mark.migrations}: a new one gets a number behind it`]),
  ...files.filter((f) => !/^\d{4}_[a-z0-9_]+\.(sql|ts)$/.test(f.name)).map((f) => `${f.name}: is called NNNN_words.sql`),
  ...twice.map((f) => `${f.name}: its number is taken`),
  ...fresh.flatMap((f) => checkFile(f, known, released)),
]
for (const w of wrong) console.error(`✗ ${w}`)
console.log(`${fresh.length} migrations after ${last}, ${wrong.length} of what they do the running version could not live with`)
process.exit(wrong.length > 0 ? 1 : 0)
