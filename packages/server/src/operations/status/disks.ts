import { stat, statfs } from 'node:fs/promises'
import { hostname } from 'node:os'
import { sql } from 'kysely'
import type { Context } from '../../platform/context.ts'
import type { Database } from '../../platform/database.ts'
import { findHome } from '../../platform/home.ts'
import { inTime } from '../in-time.ts'
import { type DiskForecast, diskForecast } from '../probe/disk-forecast.ts'

const MIB = 1024 ** 2
export type ServerDisk = { host: string; mount: string; usedMib: number; freeMib: number; freePercent: number; forecast: DiskForecast }

/** The folders that grow, each disk once. */
async function mountsOf(ctx: Context): Promise<{ mount: string; path: string }[]> {
  const folders = [{ mount: 'data', path: findHome(ctx.config.DATA_DIR) }, ...(ctx.config.LOG_DIR ? [{ mount: 'logs', path: ctx.config.LOG_DIR }] : [])]
  const seen = new Set<number>()
  const out = []
  for (const folder of folders) {
    const found = await stat(folder.path).catch(() => undefined)
    if (!found || seen.has(found.dev)) continue
    seen.add(found.dev)
    out.push(folder)
  }
  return out
}

/** The day's figure of each disk of this machine. */
export async function noteDisks(ctx: Context): Promise<void> {
  for (const { mount, path } of await mountsOf(ctx)) {
    const { bavail, bfree, blocks, bsize } = await statfs(path)
    const used = Math.round(((blocks - bfree) * bsize) / MIB)
    await inTime(ctx.db, (tx) => sql`select door_note_disk(${hostname()}, ${mount}, ${used}, ${Math.round((bavail * bsize) / MIB)})`.execute(tx))
  }
}

type Row = { host: string; mount: string; day: string; used_mib: string; free_mib: string }

/** Each disk that was looked at within the last two days, and when it is full at this pace. */
export async function readDisks(db: Database, now = Date.now()): Promise<ServerDisk[]> {
  const { rows } = await sql<Row>`select * from door_disks()`.execute(db)
  const since = new Date(now - 2 * 24 * 3600_000).toISOString().slice(0, 10)
  return [...Map.groupBy(rows, (r) => `${r.host}\0${r.mount}`).values()].flatMap((days) => {
    const last = days.at(-1)
    if (!last || last.day < since) return []
    const [usedMib, freeMib] = [Number(last.used_mib), Number(last.free_mib)]
    const forecast = diskForecast(
      days.map((d) => ({ day: d.day, usedMib: Number(d.used_mib) })),
      freeMib,
    )
    return [{ host: last.host, mount: last.mount, usedMib, freeMib, freePercent: Math.round((freeMib / Math.max(1, usedMib + freeMib)) * 1000) / 10, forecast }]
  })
}
