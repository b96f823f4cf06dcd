import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { expect, it } from 'vitest'

const ROOT = path.resolve(import.meta.dirname, '..')
const lines = readFileSync(path.join(ROOT, 'docs/asvs.md'), 'utf8')
  .split('\n')
  .map((line) => /^\| (\d+)\.(\d+)\.(\d+) \| ([12]) \| (.+?) \| (\S+) \| (.+) \|$/.exec(line))
  .filter((m) => m !== null)
/** How many requirements of level 1 and 2 each chapter of version 5.0.0 has. */
const COUNTS = { 1: 27, 2: 11, 3: 19, 4: 10, 5: 9, 6: 35, 7: 18, 8: 7, 9: 7, 10: 29, 11: 14, 12: 9, 13: 13, 14: 9, 15: 13, 16: 16, 17: 7 }
const FOLDERS = ['packages/contracts/src', 'packages/server/src', 'packages/web/src', 'tests', 'e2e']

it('every requirement of level 1 and 2 has its line, once', () => {
  const ids = lines.map(([, ...parts]) => parts.slice(0, 3).join('.'))
  expect(new Set(ids).size).toBe(ids.length)
  const counted = Object.fromEntries(Object.keys(COUNTS).map((chapter) => [chapter, lines.filter((m) => m[1] === chapter).length]))
  expect(counted).toEqual(COUNTS)
  expect(ids.length).toBe(253)
})

it('each says one of four states, and where', () => {
  for (const m of lines) {
    expect([m[0], m[6]]).toEqual([m[0], expect.stringMatching(/^(met|operator|open|n\/a)$/)])
    expect(m[7]?.length).toBeGreaterThan(4)
  }
})

it('what is named exists', () => {
  const files = new Set(FOLDERS.flatMap((folder) => readdirSync(path.join(ROOT, folder), { recursive: true, encoding: 'utf8' })).map((f) => path.basename(f)))
  const named = lines.flatMap((m) => [...(m[7] ?? '').matchAll(/`([\w.-]+\.(?:test|abuse)?\.?ts)`/g)].map(([, file]) => file ?? ''))
  expect(named.length).toBeGreaterThan(100)
  expect([...new Set(named)].filter((file) => !files.has(file))).toEqual([])
})
