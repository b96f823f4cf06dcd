import type { Keys } from '../../platform/keys.ts'
import * as db from './access-records.db.ts'
import { openRecord } from './access-records.ts'
import { CSV_MARK, csvLine } from './csv.ts'

const PAGE = 1000
type ReadPage = (after: db.Mark, max: number) => Promise<db.RecordRow[]>

/** Access records of a period as text, the oldest first. Who calls has said why, in the diary. */
export async function* exportAccessRecords(keys: Keys, read: ReadPage, format: 'csv' | 'json'): AsyncGenerator<string> {
  yield format === 'csv' ? CSV_MARK + csvLine(['at_utc', 'user_id', 'address', 'port', 'kind', 'session_id']) : '['
  for (let after = db.FIRST, first = true; ; ) {
    const rows = await read(after, PAGE)
    const records = rows.flatMap((row) => openRecord(keys, row) ?? [])
    if (records.length > 0) {
      const text = records.map((r) => (format === 'csv' ? csvLine([r.at, r.userId, r.ip, r.port, r.kind, r.sessionId]) : JSON.stringify(r)))
      yield format === 'csv' ? text.join('') : `${first ? '' : ','}\n${text.join(',\n')}`
      first = false
    }
    const last = rows.at(-1)
    if (!last || rows.length < PAGE) break
    after = { at: last.mark, id: last.id }
  }
  if (format === 'json') yield '\n]\n'
}
