import type { AuditFilter, AuditLine } from '@atende/contracts/audit'
import type { Context } from '../../platform/context.ts'
import * as db from './audit.db.ts'
import { CSV_MARK, csvLine } from './csv.ts'
import { presentLine } from './present-line.ts'
import type { Scope } from './scope.ts'

const PAGE = 500
const COLUMNS = ['seq', 'at', 'actor_id', 'actor_name', 'action', 'object_type', 'object_id', 'outcome', 'ip', 'user_agent', 'request_id', 'details', 'hash']

const toCsv = (l: AuditLine): string =>
  csvLine([
    l.seq,
    l.at,
    l.actor?.id,
    l.actor?.name,
    l.action,
    l.object?.type,
    l.object?.id,
    l.outcome,
    l.ip,
    l.userAgent,
    l.requestId,
    l.details === null ? null : JSON.stringify(l.details),
    l.hash,
  ])

async function* pages(ctx: Context, scope: Scope, filter: AuditFilter): AsyncGenerator<AuditLine[]> {
  for (let below: string | undefined; ; ) {
    const rows = await scope.run((tx) => db.lines(tx, scope.tenantId, filter, below, PAGE))
    yield rows.map((row) => presentLine(ctx.keys, row))
    if (rows.length < PAGE) return
    below = rows.at(-1)?.seq
  }
}

/** The lines of a filter as text, the newest first, a page at a time: it holds neither memory nor a transaction. */
export async function* exportAudit(ctx: Context, scope: Scope, filter: AuditFilter, format: 'csv' | 'json'): AsyncGenerator<string> {
  yield format === 'csv' ? CSV_MARK + csvLine(COLUMNS) : '['
  let first = true
  for await (const page of pages(ctx, scope, filter)) {
    if (page.length === 0) continue
    yield format === 'csv' ? page.map(toCsv).join('') : `${first ? '' : ','}\n${page.map((l) => JSON.stringify(l)).join(',\n')}`
    first = false
  }
  if (format === 'json') yield '\n]\n'
}
