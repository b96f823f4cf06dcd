import type { LogRecord } from './state-log.ts'

/** Records of one kind, in memory, each change passed on to the state file. */
export interface Collection<T> {
  get(key: string): T | undefined
  put(key: string, value: T): T
  remove(key: string): void
  values(): IterableIterator<T>
  clear(): void
  readonly size: number
}

/** Creates a collection whose changes go to `write`. */
export function createCollection<T>(name: string, write: (record: LogRecord) => void): Collection<T> & { load(record: LogRecord): void; dump(): LogRecord[] } {
  const records = new Map<string, T>()
  return {
    get: (key) => records.get(key),
    put(key, value) {
      records.set(key, value)
      write({ c: name, k: key, v: value })
      return value
    },
    remove(key) {
      if (records.delete(key)) write({ c: name, k: key })
    },
    values: () => records.values(),
    clear() {
      for (const key of records.keys()) write({ c: name, k: key })
      records.clear()
    },
    get size() {
      return records.size
    },
    load(record) {
      if (record.v === undefined) records.delete(record.k)
      else records.set(record.k, record.v as T)
    },
    dump: () => [...records].map(([k, v]) => ({ c: name, k, v })),
  }
}
