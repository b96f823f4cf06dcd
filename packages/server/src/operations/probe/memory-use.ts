import { readFile } from 'node:fs/promises'
import { freemem, totalmem } from 'node:os'
import path from 'node:path'

/** What the kernel says about memory: of the machine, and of the group of processes with a limit (container, unit) when there is one. */
export type MemoryFiles = { meminfo: string; group?: { current: string; stat: string } | undefined }

const kib = (text: string, name: string): number | undefined => {
  const found = new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
  return found === undefined ? undefined : Number(found) * 1024
}
const figure = (text: string, name: string): number => Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0)

/**
 * How much of what it may have a process's group takes, or the machine's programs take of the machine, whichever is fuller; 0 to 1.
 * Files that the kernel keeps in memory are no use: they make room for whoever needs it. Pure.
 * @param limit of the group; 0 when there is none
 * @param rss of this process, for where the group cannot be read
 */
export function memoryUse({ meminfo, group }: MemoryFiles, limit: number, rss: number): number {
  const total = kib(meminfo, 'MemTotal') ?? totalmem()
  const machine = 1 - (kib(meminfo, 'MemAvailable') ?? freemem()) / total
  if (limit <= 0 || limit >= total) return Math.max(0, Math.min(1, machine))
  const cached = group ? figure(group.stat, 'inactive_file') + figure(group.stat, 'active_file') + figure(group.stat, 'slab_reclaimable') : 0
  const used = group ? Math.max(0, Number(group.current) - cached) : rss
  return Math.max(0, Math.min(1, Math.max(machine, used / limit)))
}

const textOf = (file: string): Promise<string> => readFile(file, 'utf8').catch(() => '')

/** The group of this process (cgroup v2); undefined where its files are not to be seen. */
async function readGroup(): Promise<MemoryFiles['group']> {
  const own = /^0::(\/.*)$/m.exec(await textOf('/proc/self/cgroup'))?.[1]
  if (own === undefined) return undefined
  const folder = path.join('/sys/fs/cgroup', own)
  const [current, stat] = await Promise.all([textOf(path.join(folder, 'memory.current')), textOf(path.join(folder, 'memory.stat'))])
  return current === '' || stat === '' ? undefined : { current, stat }
}

/** In percent, of this process's limit or of the machine. */
export async function memoryPercent(): Promise<number> {
  const files = { meminfo: await textOf('/proc/meminfo'), group: await readGroup() }
  return Math.round(memoryUse(files, process.constrainedMemory(), process.memoryUsage.rss()) * 1000) / 10
}
