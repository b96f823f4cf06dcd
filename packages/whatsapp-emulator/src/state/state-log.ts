import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { appendFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { reportProblem } from '../report-problem.ts'

/** One change of one record; without a value the record was removed. */
export interface LogRecord {
  c: string
  k: string
  v?: unknown
}

export interface StateLog {
  append(record: LogRecord): void
  /** Writes what is still in memory and stops the timer. */
  close(): Promise<void>
}

/** Reads a state file. A torn last line (power cut) is left out. */
export function readStateFile(path: string): LogRecord[] {
  if (!existsSync(path)) return []
  const records: LogRecord[] = []
  for (const line of readFileSync(path, 'utf8').split('\n')) {
    if (line === '') continue
    try {
      records.push(JSON.parse(line) as LogRecord)
    } catch {
      break
    }
  }
  return records
}

/** Opens the state file for appending, after replacing it by `snapshot` so that it does not grow forever. */
export function openStateLog(path: string, snapshot: LogRecord[]): StateLog {
  mkdirSync(dirname(path), { recursive: true })
  const draft = `${path}.new`
  writeFileSync(draft, snapshot.map((record) => `${JSON.stringify(record)}\n`).join(''), { mode: 0o600 })
  renameSync(draft, path)

  let waiting: string[] = []
  let writing: Promise<void> | null = null
  let timer: NodeJS.Timeout | null = null
  let closed = false

  const flush = (): void => {
    timer = null
    if (writing || waiting.length === 0 || closed) return
    const text = waiting.join('')
    waiting = []
    writing = appendFile(path, text)
      .catch((error: unknown) => reportProblem('state file not written', error))
      .then(() => {
        writing = null
        if (waiting.length > 0) flush()
      })
  }

  return {
    append(record) {
      if (closed) return
      waiting.push(`${JSON.stringify(record)}\n`)
      timer ??= setTimeout(flush, 20)
    },
    async close() {
      if (timer) clearTimeout(timer)
      closed = true
      await writing
      if (waiting.length > 0) appendFileSync(path, waiting.join(''))
      waiting = []
    },
  }
}
