import { type SqlStatement, splitSql } from '../../packages/server/src/platform/sql-statements.ts'

export type MigrationText = { name: string; text: string; code: boolean }

/** Lower case, one space, without the public schema and quotes around names: what the rules read. */
export const plain = (text: string): string =>
  text
    .replace(/"(\w+)"/g, '$1')
    .replace(/\s+/g, ' ')
    .replace(/\bpublic\./gi, '')
    .toLowerCase()
    .trim()

/** The statements of a migration; of one in code those that stand in template strings. */
export function statementsOf({ text, code }: MigrationText): SqlStatement[] {
  if (!code) return splitSql(text)
  return [...text.matchAll(/(?:sql(?:<[^`]*>)?|raw\()`([^`]*)`/g)].flatMap((m) => {
    const line = text.slice(0, m.index).split('\n').length
    const above = text.split('\n').slice(0, line - 1)
    const comments: string[] = []
    for (let at = above.length - 1; /^\s*\/\//.test(above[at] ?? ''); at--) comments.unshift((above[at] ?? '').replace(/^\s*\/\/\s*/, ''))
    return splitSql((m[1] ?? '').replace(/\$\{[^}]*\}/g, 'x')).map((s) => ({ ...s, line, comments: [...comments, ...s.comments] }))
  })
}

const balanced = (text: string, open: number): string => {
  let depth = 0
  for (let at = open; at < text.length; at++) {
    if (text[at] === '(') depth++
    if (text[at] === ')' && --depth === 0) return text.slice(open + 1, at)
  }
  return text.slice(open + 1)
}

/** Name and arguments of a function that a statement makes. */
export function madeFunction(statement: string): { name: string; args: string } | undefined {
  const m = /^create (?:or replace )?(?:function|procedure) (\w+)\s*\(/.exec(statement)
  return m?.[1]
    ? {
        name: m[1],
        args: balanced(statement, statement.indexOf('(', m[0].length - 1))
          .replace(/\s*,\s*/g, ',')
          .trim(),
      }
    : undefined
}

export const madeTable = (statement: string): string | undefined => /^create (?:unlogged )?table (?:if not exists )?(\w+)/.exec(statement)?.[1]

/** What released versions know: tables, and functions with their arguments. */
export type KnownSchema = { tables: Set<string>; functions: Map<string, string> }
export function schemaOf(migrations: readonly MigrationText[]): KnownSchema {
  const known: KnownSchema = { tables: new Set(), functions: new Map() }
  for (const statement of migrations.flatMap(statementsOf).map((s) => plain(s.text))) {
    const table = madeTable(statement)
    if (table) known.tables.add(table)
    const made = madeFunction(statement)
    if (made) known.functions.set(made.name, made.args)
  }
  return known
}
