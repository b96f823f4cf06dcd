import { hostname } from 'node:os'
import { sql } from 'kysely'
import { VERSION } from '../../platform/config.ts'
import type { Context } from '../../platform/context.ts'
import type { Database } from '../../platform/database.ts'
import { uuidv7 } from '../../platform/ids.ts'
import { inTime } from '../in-time.ts'
import { memoryPercent } from '../probe/memory-use.ts'
import type { AnswerCount } from './answers.ts'
import { noteDisks } from './disks.ts'

const BEAT_MS = 15_000
/** Four beats missed: it died without a word. */
const LOST_SECONDS = 60
const DISK_MS = 5 * 60_000

export type ServerProcess = {
  id: string
  role: 'all' | 'web' | 'worker'
  host: string
  port: number
  version: string
  startedAt: Date
  beatAt: Date
  silentSeconds: number
  lost: boolean
  rssMib: number
  memoryPercent: number
  answers: number
  errors: number
}

type Row = Pick<ServerProcess, 'id' | 'role' | 'host' | 'port' | 'version' | 'answers' | 'errors'> & {
  started_at: Date
  beat_at: Date
  silent_seconds: number
  rss_mib: number
  memory_percent: number
}

/** Those that live, and those that were lost and not replaced. */
export async function listProcesses(db: Database): Promise<ServerProcess[]> {
  const { rows } = await sql<Row>`select * from door_processes()`.execute(db)
  return rows.map(({ started_at: startedAt, beat_at: beatAt, silent_seconds: silentSeconds, rss_mib: rssMib, memory_percent, ...r }) => ({
    ...r,
    ...{ startedAt, beatAt, silentSeconds, rssMib },
    lost: silentSeconds > LOST_SECONDS,
    memoryPercent: Math.round(memory_percent * 10) / 10,
  }))
}

export type Beating = { id: string; stop: () => Promise<void> }

/** Says that this process lives, until it is stopped, and how full its disks are. */
export function startBeating(ctx: Context, port: number, count: AnswerCount): Beating {
  const id = uuidv7()
  let disksAt = 0
  let running: Promise<void> = Promise.resolve()
  async function beat(): Promise<void> {
    const { role, host } = { role: ctx.config.ROLE, host: hostname() }
    const rssMib = Math.round(process.memoryUsage.rss() / 1024 ** 2)
    const facts = { role, host, port, pid: process.pid, version: VERSION, rssMib, memoryPercent: await memoryPercent(), ...count.recent() }
    await inTime(ctx.db, (tx) => sql`select door_beat_process(${id}, ${JSON.stringify(facts)}::jsonb)`.execute(tx))
    if (Date.now() - disksAt < DISK_MS) return
    disksAt = Date.now()
    await noteDisks(ctx)
  }
  const tick = () => {
    // A beat that fails is followed by another; what is the matter with the database is told elsewhere.
    running = running.then(beat).catch((err: unknown) => ctx.log.debug({ err }, 'status: a beat was missed'))
  }
  const timer = setInterval(tick, BEAT_MS)
  timer.unref()
  tick()
  return {
    id,
    async stop() {
      clearInterval(timer)
      await running
      await inTime(ctx.db, (tx) => sql`select door_end_process(${id})`.execute(tx)).catch(() => {})
    },
  }
}
