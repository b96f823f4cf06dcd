import { readdirSync, readFileSync, statSync } from 'node:fs'
import path from 'node:path'

const TICKS_PER_SECOND = 100
/** What a process has of memory by itself and its share of what it shares, in MB. */
function memoryOf(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  return Number(/^Pss:\s+(\d+)/m.exec(rollup)?.[1] ?? 0) / 1024
}

/** Its own time, and that of its children that have ended: PostgreSQL's first process is the parent of every connection. */
function cpuOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15).map(Number)
  return ((user + system + childUser + childSystem) / TICKS_PER_SECOND) * 1000
}

/** The processes of the PostgreSQL that keeps its files below this folder: the first one and its children. */
function postgresOf(home: string): number[] {
  const pidFile = readdirSync(home, { recursive: true, encoding: 'utf8' }).find((f) => f.endsWith('postmaster.pid'))
  if (!pidFile) return []
  const first = Number(readFileSync(path.join(home, pidFile), 'utf8').split('\n')[0])
  const children = readdirSync('/proc').flatMap((name) => {
    if (!/^\d+$/.test(name)) return []
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === first ? [Number(name)] : []
    } catch {
      return []
    }
  })
  return [first, ...children]
}

const sum = (pids: readonly number[], of: (pid: number) => number): number =>
  pids.reduce((n, pid) => {
    try {
      return n + of(pid)
    } catch {
      // A backend may have ended in between.
      return n
    }
  }, 0)

export type Costs = { cpuMs: number; webMb: number; workerMb: number; databaseMb: number }
/** What the two processes and the database have used until now. */
export function costsOf({ web, worker }: { web: number; worker: number }, home: string): Costs {
  const database = postgresOf(home)
  return { cpuMs: sum([web, worker, ...database], cpuOf), webMb: memoryOf(web), workerMb: memoryOf(worker), databaseMb: sum(database, memoryOf) }
}

/** Bytes of all files below a folder, as they lie on the disk. */
export function bytesBelow(folder: string): number {
  try {
    return readdirSync(folder, { recursive: true, withFileTypes: true }).reduce((n, e) => {
      if (!e.isFile()) return n
      return n + statSync(path.join(e.parentPath, e.name)).blocks * 512
    }, 0)
  } catch {
    return 0
  }
}
