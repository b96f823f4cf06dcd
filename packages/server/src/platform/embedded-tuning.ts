import { chownSync, writeFileSync } from 'node:fs'
import { totalmem } from 'node:os'
import path from 'node:path'
import { type Place, SETTINGS, statementCounts } from './embedded-postgres.ts'

const MB = 1024 * 1024
const between = (least: number, value: number, most: number): number => Math.round(Math.min(most, Math.max(least, value)))

/** Memory of the machine, or of the control group that holds us back, in MB. */
export function memoryMb(): number {
  const allowed = process.constrainedMemory()
  return Math.floor((allowed > 0 ? Math.min(allowed, totalmem()) : totalmem()) / MB)
}

/** Moderate: the servers, nginx and the files' cache of the system live on the same machine. */
export function tunedFor(memory: number): Record<string, string> {
  return {
    shared_buffers: `${between(128, memory / 8, 2048)}MB`,
    effective_cache_size: `${between(256, memory / 2, 65_536)}MB`,
    maintenance_work_mem: `${between(32, memory / 32, 512)}MB`,
    work_mem: `${between(4, memory / 512, 32)}MB`,
  }
}

/** What the log may hold: no statements, no values of rows. The errors themselves reach the process that asked, and its log. */
const LOGGING = {
  log_destination: 'stderr',
  logging_collector: 'off',
  log_line_prefix: '',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
}

const quote = (value: string): string => `'${value.replaceAll("'", "''")}'`

/**
 * Writes the settings as a plain file of PostgreSQL, anew at each start; the operator's own stand in `local.conf` beside it, which
 * is never touched. Answers its path.
 */
export function writeSettings({ folder, run }: Place, bin: string, port: number, memory = memoryMb()): string {
  const file = path.join(folder, 'atende.conf')
  const local = path.join(folder, 'local.conf')
  const all = { ...SETTINGS, ...tunedFor(memory), ...LOGGING, ...statementCounts(bin), port: String(port) }
  const lines = [
    '# Written by "atende db serve" at each start, for a machine of this memory. Your own settings go into local.conf beside it.',
    ...Object.entries(all).map(([name, value]) => `${name} = ${quote(value)}`),
    `include_if_exists = ${quote(local)}`,
  ]
  writeFileSync(file, `${lines.join('\n')}\n`, { mode: 0o644 })
  if (run.uid !== undefined && run.gid !== undefined) chownSync(file, run.uid, run.gid)
  return file
}
