import { readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect, it } from 'vitest'

const DIST = path.resolve(import.meta.dirname, '../packages/web/dist')
const page = readFileSync(path.join(DIST, 'index.html'), 'utf8')
const zipped = (file: string) => gzipSync(readFileSync(path.join(DIST, file))).length / 1000

it('the first JavaScript stays under 250 kB gzip', () => {
  const first = [...page.matchAll(/(?:src|href)="\/(assets\/[^"]+\.js)"/g)].map((m) => m[1] ?? '')
  expect(first.length).toBeGreaterThan(0)
  const total = first.reduce((sum, file) => sum + zipped(file), 0)
  console.log(`first JavaScript: ${total.toFixed(0)} kB gzip in ${first.length} files`)
  expect(total).toBeLessThan(250)
})

it('the page has no inline script and asks no foreign host', () => {
  expect(page).not.toMatch(/<script(?![^>]*\ssrc=)[^>]*>/)
  expect([...page.matchAll(/(?:src|href)="(https?:)?\/\//g)]).toEqual([])
  const addresses = readdirSync(path.join(DIST, 'assets'))
    .filter((f) => f.endsWith('.css'))
    .flatMap((f) => [...readFileSync(path.join(DIST, 'assets', f), 'utf8').matchAll(/url\(["']?(https?:[^)]+)\)/g)].map((m) => m[1]))
  expect(addresses).toEqual([])
})
