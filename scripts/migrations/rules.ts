import { type KnownSchema, madeFunction } from './schema-of.ts'

/** `contract`: allowed once the version that stopped using it is out. `lock`: never in this form, because traffic would wait. */
export type Finding = { kind: 'contract' | 'lock'; says: string }
type Rule = (statement: string, known: KnownSchema, file: string) => Finding | undefined

const contract = (says: string): Finding => ({ kind: 'contract', says })
const lock = (says: string): Finding => ({ kind: 'lock', says })
/** A volatile default writes every row anew, while nobody may read. */
const VOLATILE = /\b(gen_random_uuid|uuidv7|uuidv4|random|clock_timestamp|nextval)\s*\(|\b(big|small)?serial\b|generated (always|by default) as/

/** Commas between brackets belong to their piece. */
function actionsOf(text: string): string[] {
  const found: string[] = []
  let [depth, from] = [0, 0]
  for (let at = 0; at <= text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')') depth--
    if (at === text.length || (text[at] === ',' && depth === 0)) {
      found.push(text.slice(from, at).trim())
      from = at + 1
    }
  }
  return found
}

function addColumn(action: string): Finding | undefined {
  if (!/^add (?!(?:constraint|check|foreign|unique|primary|exclude|not null)\b)/.test(action)) return undefined
  const hasDefault = /\bdefault\b/.test(action)
  if (/\bnot null\b/.test(action) && !hasDefault) return contract('a column that must be filled: the running version does not fill it; give it a default')
  if (VOLATILE.test(action))
    return lock('a column whose value is computed for every row writes the table anew; add it empty, fill it in batches, then set the default')
  if (/\bunique\b|\bprimary key\b/.test(action)) return lock('add the column, build its unique index concurrently, then make the constraint of it')
  if (/\bcheck\s*\(/.test(action)) return lock('a check on a new column reads the whole table; add it as a constraint that is not valid, then validate it')
  return undefined
}

function addConstraint(action: string): Finding | undefined {
  if (!/^add (constraint \w+ )?(check|foreign key|unique|primary key|exclude|not null)\b/.test(action)) return undefined
  if (/\b(unique|primary key)\b/.test(action)) {
    return /\busing index\b/.test(action) ? undefined : lock('build the unique index concurrently, then: add constraint … unique using index …')
  }
  if (/\bexclude\b/.test(action)) return lock('an exclusion reads the whole table and locks it')
  return /\bnot valid\b/.test(action)
    ? undefined
    : lock('a constraint on a table that is there is added as "not valid", and validated in a migration of its own')
}

const ALTER_COLUMN: [RegExp, Finding][] = [
  [
    /^alter (column )?\w+ (set data )?type\b/,
    contract('another type writes the table anew, and the running version expects the old one; add a column beside it'),
  ],
  [/^alter (column )?\w+ set not null/, contract('the running version may still write nulls')],
  [/^alter (column )?\w+ drop default/, contract('the running version may rely on the default')],
  [/^alter (column )?\w+ (add generated|drop identity|drop expression|set expression)/, contract('changes what the running version may write')],
  [/^drop column\b|^drop (?!constraint\b|default\b)\w+/, contract('the running version reads and writes this column')],
  [/^rename\b/, contract('the running version knows the old name; add the new one beside it')],
  [/^set (schema|unlogged|logged|tablespace)\b/, contract('moves or rewrites what the running version uses')],
  [/^inherit\b|^attach partition\b|^detach partition (?!.*concurrently)/, lock('locks the table')],
]

const alterTable: Rule = (statement, known) => {
  const m = /^alter table (?:if exists )?(?:only )?(\w+)\b\s*(.*)$/s.exec(statement)
  if (!m?.[1] || !known.tables.has(m[1])) return undefined
  for (const action of actionsOf(m[2] ?? '')) {
    const found = addConstraint(action) ?? addColumn(action) ?? ALTER_COLUMN.find(([pattern]) => pattern.test(action))?.[1]
    if (found) return found
  }
  return undefined
}

const DROPS: [RegExp, string][] = [
  [/^drop (table|view|materialized view|type|domain|schema|sequence|extension)\b/, 'the running version may use it'],
  [/^drop (function|procedure|aggregate|routine)\b/, 'the running version may call it; make the new one under another name'],
  [/^alter (type|view|function|sequence|schema|domain|index|policy|trigger) .*\brename\b/, 'the running version knows the old name'],
  [/^alter type .* drop\b/, 'the running version may use it'],
  [/^truncate\b/, 'takes away what the running version reads'],
  [/^revoke\b.*\bfrom\b.*(app_role|atende_app)/, 'takes a right from the running version'],
]
const drops: Rule = (statement) => {
  const found = DROPS.find(([pattern]) => pattern.test(statement))
  return found ? contract(found[1]) : undefined
}

/** Dropped and made again in the same file is a change, not a loss. */
const dropAttached: Rule = (statement, known, file) => {
  const m = /^drop (policy|trigger) (?:if exists )?(\w+) on (\w+)/.exec(statement)
  if (!m?.[1] || !m[2] || !known.tables.has(m[3] ?? '')) return undefined
  return new RegExp(`create (or replace )?${m[1]} ${m[2]}\\b`).test(file) ? undefined : contract(`the running version counts on this ${m[1]}`)
}

const indexes: Rule = (statement, known) => {
  const m = /^create (unique )?index (concurrently )?(?:if not exists )?(?:\w+ )?on (?:only )?(\w+)/.exec(statement)
  if (m && known.tables.has(m[3] ?? '')) {
    if (!m[2]) return lock('an index on a table that is there: "-- outside a transaction" in the file, and "create index concurrently if not exists"')
    if (m[1]) return contract('what the running version writes may be refused by it')
  }
  if (/^reindex (?!.*concurrently)|^cluster\b|^vacuum full\b|^lock (table )?\w/.test(statement)) return lock('nobody could write meanwhile')
  return undefined
}

/** Callers know a function by its arguments; a second one of the same name may make their calls ambiguous. */
const functions: Rule = (statement, known) => {
  const made = madeFunction(statement)
  const before = made && known.functions.get(made.name)
  return made && before !== undefined && before !== made.args
    ? contract(`${made.name} has other arguments in the running version; give the new one another name`)
    : undefined
}

const wholeTable: Rule = (statement, known) => {
  const m = /^(?:update|delete from) (?:only )?(\w+)\b(.*)$/s.exec(statement)
  return m && known.tables.has(m[1] ?? '') && !/\bwhere\b/.test(m[2] ?? '')
    ? lock('a change of every row holds them all until the end; let a job do it in batches')
    : undefined
}

const RULES: Rule[] = [alterTable, drops, dropAttached, indexes, functions, wholeTable]

/** What is wrong with a statement (in the plain form) beside the version that runs. `file` is the whole migration, plain. */
export const judge = (statement: string, known: KnownSchema, file: string): Finding | undefined => {
  for (const rule of RULES) {
    const found = rule(statement, known, file)
    if (found) return found
  }
  return undefined
}
