/** One statement of a migration, with the comment lines that stand directly above it. */
export type SqlStatement = { text: string; comments: string[]; line: number }

/** Where a quoted piece that begins at `at` ends: '…', "…", $tag$…$tag$, a comment; undefined when nothing quoted begins there. */
function endOfQuoted(sql: string, at: number): number | undefined {
  const rest = (open: string, close: string) => {
    const end = sql.indexOf(close, at + open.length)
    return end < 0 ? sql.length : end + close.length
  }
  const two = sql.slice(at, at + 2)
  if (two === '--') return rest('--', '\n')
  if (two === '/*') return rest('/*', '*/')
  // A doubled quote is two strings side by side, which ends in the same place.
  if (sql[at] === "'" || sql[at] === '"') return rest(sql[at] ?? '', sql[at] ?? '')
  const tag = sql[at] === '$' ? /^\$([A-Za-z_]\w*)?\$/.exec(sql.slice(at, at + 64))?.[0] : undefined
  return tag ? rest(tag, tag) : undefined
}

const lineAt = (sql: string, at: number): number => sql.slice(0, at).split('\n').length

/**
 * Cuts SQL into statements at the semicolons that stand in no string, body or comment. Comments inside of a statement are left out of
 * its text; those before it are told beside it.
 */
export function splitSql(sql: string): SqlStatement[] {
  const found: SqlStatement[] = []
  let [text, comments, line]: [string, string[], number] = ['', [], 0]
  const end = () => {
    if (text.trim()) found.push({ text: text.trim(), comments, line })
    ;[text, comments, line] = ['', [], 0]
  }
  for (let at = 0; at < sql.length; ) {
    const quoted = endOfQuoted(sql, at)
    const piece = sql.slice(at, quoted ?? at + 1)
    if (/^(--|\/\*)/.test(piece)) {
      if (!text.trim()) comments.push(piece.replace(/^(--|\/\*)\s*|\s*(\*\/)?\s*$/g, ''))
      text += ' '
    } else if (piece === ';') end()
    else {
      if (!text.trim() && piece.trim()) line = lineAt(sql, at)
      text += piece
    }
    at += piece.length
  }
  end()
  return found
}
