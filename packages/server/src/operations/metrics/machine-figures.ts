import { readFile, statfs } from 'node:fs/promises'
import { cpus, freemem, loadavg, totalmem } from 'node:os'
import { VERSION } from '../../platform/config.ts'
import { findHome } from '../../platform/home.ts'
import { memoryPercent } from '../probe/memory-use.ts'
import type { Collector } from './collectors.ts'
import { gauge, gauges } from './figure.ts'

/** What programs may still take: Linux counts its caches as free here. */
async function availableMemory(): Promise<number> {
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '')
  const kib = /^MemAvailable:\s+(\d+) kB/m.exec(text)?.[1]
  return kib ? Number(kib) * 1024 : freemem()
}

/** Enough of the machine for its page without any other exporter. */
export const machineFigures: Collector = {
  name: 'machine',
  everyMs: 5_000,
  collect: async (ctx) => {
    const disk = await statfs(findHome(ctx.config.DATA_DIR))
    const [one = 0, five = 0] = loadavg()
    return [
      gauge('disk_free_bytes', 'Free space where the data lies.', disk.bavail * disk.bsize),
      gauge('disk_size_bytes', 'Size of the disk where the data lies.', disk.blocks * disk.bsize),
      gauge('disk_files_free', 'How many more files the disk can hold; absent where nothing limits them.', disk.files > 0 ? disk.ffree : null),
      gauge('memory_size_bytes', 'Memory of the machine.', totalmem()),
      gauge('memory_available_bytes', 'Memory that programs may still take.', await availableMemory()),
      // Of its unit or container when that has a limit; of the machine when that is fuller.
      gauge('memory_used_ratio', 'Share of the memory that this process may use that is in use.', (await memoryPercent()) / 100),
      gauges('machine_load', 'Programs that want to run, on average.', [
        [{ minutes: '1' }, one],
        [{ minutes: '5' }, five],
      ]),
      // Not those that this process may use: a limit of its container leaves the machine's load as it is.
      gauge('machine_cores', 'Cores of the machine, which its load is held against.', cpus().length),
    ]
  },
}

export const partFigures: Collector = {
  name: 'parts',
  everyMs: 0,
  collect: async (ctx) => {
    const { store, standIn } = ctx.limits.state()
    return [
      gauges('build_info', 'What runs here.', [[{ version: VERSION, node: process.version }, 1]]),
      gauge('start_timestamp_seconds', 'When this process started.', new Date(ctx.startedAt)),
      gauges('limiter_store', 'Where limits are counted at this moment.', [[{ store }, 1]]),
      gauge('limiter_stand_in', 'Whether another store stands in for the one that is wanted.', standIn),
    ]
  },
}

export const storageState: Collector = {
  name: 'storage',
  everyMs: 15_000,
  collect: async (ctx) => {
    const usable = await ctx.storage.check().then(
      () => true,
      () => false,
    )
    return [gauges('storage_up', 'Whether files can be stored.', [[{ kind: ctx.storage.kind }, usable]])]
  },
}
