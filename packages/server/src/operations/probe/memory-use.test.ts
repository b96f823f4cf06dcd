import { expect, it } from 'vitest'
import { memoryPercent, memoryUse } from './memory-use.ts'

const GIB = 1024 ** 3
const MACHINE = 'MemTotal:       16777216 kB\nMemFree:          1048576 kB\nMemAvailable:   12582912 kB\n'
const group = (current: number, files: number, slab = 0) => ({
  current: `${current}\n`,
  stat: `anon 1\nfile ${files}\nkernel 9\ninactive_anon 5\nactive_anon 6\ninactive_file ${files * 0.75}\nactive_file ${files * 0.25}\nslab_reclaimable ${slab}\n`,
})

it('files that the kernel keeps in memory are no use of a limit', () => {
  // A worker that has written media for hours: its group is full to the brim, and nearly all of it is files.
  expect(memoryUse({ meminfo: MACHINE, group: group(GIB, 0.75 * GIB) }, GIB, 0)).toBe(0.25)
  expect(memoryUse({ meminfo: MACHINE, group: group(GIB, 0.25 * GIB, 0.25 * GIB) }, GIB, 0)).toBe(0.5)
})

it('what the programs hold is, also beyond the limit', () => {
  expect(memoryUse({ meminfo: MACHINE, group: group(0.95 * GIB, 0) }, GIB, 0)).toBe(0.95)
  expect(memoryUse({ meminfo: MACHINE, group: group(1.2 * GIB, 0) }, GIB, 0)).toBe(1)
})

it('without a limit it is the machine; with one, whichever is fuller', () => {
  expect(memoryUse({ meminfo: MACHINE }, 0, GIB)).toBe(0.25)
  expect(memoryUse({ meminfo: MACHINE }, 2 ** 64, GIB)).toBe(0.25)
  expect(memoryUse({ meminfo: MACHINE, group: group(0.1 * GIB, 0) }, GIB, 0)).toBe(0.25)
})

it('where the group cannot be read, this process stands for it', () => {
  expect(memoryUse({ meminfo: MACHINE }, GIB, GIB / 2)).toBe(0.5)
})

it('of this process it is something between nothing and all', async () => {
  const percent = await memoryPercent()
  expect(percent).toBeGreaterThan(0)
  expect(percent).toBeLessThanOrEqual(100)
})
