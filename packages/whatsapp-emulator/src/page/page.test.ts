import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startPair } from '../testing/start-pair.ts'

const FOLDER = join(import.meta.dirname, '..', '..', 'phone')
const MODULES = readdirSync(FOLDER, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'))

test('every module of the page is served as JavaScript, and what it imports too', async () => {
  const { emulator } = await startPair()
  const addresses = new Set<string>()
  for (const name of MODULES) {
    const address = new URL(`/phone/${name}`, emulator.url)
    const answer = await fetch(address)
    expect([name, answer.status, answer.headers.get('content-type')]).toEqual([name, 200, 'text/javascript; charset=utf-8'])
    for (const [, path = ''] of (await answer.text()).matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) addresses.add(new URL(path, address).href)
  }
  expect(addresses.size).toBeGreaterThan(20)
  for (const address of addresses) expect([address, (await fetch(address)).status]).toEqual([address, 200])
})

test('the style sheets the page names are there', async () => {
  const { emulator } = await startPair()
  const page = await (await fetch(emulator.phoneUrl)).text()
  const sheets = [...page.matchAll(/href="(\/phone\/[^"]+)"/g)].map(([, path = '']) => path)
  expect(sheets.length).toBeGreaterThan(8)
  for (const path of sheets) expect([path, (await fetch(new URL(path, emulator.url))).status]).toEqual([path, 200])
  expect(page).toContain('lang="pt-BR"')
})

test('nothing outside the phone folder is served', async () => {
  const { emulator } = await startPair()
  for (const path of ['phone/..%2fsrc%2femulator.ts', 'src/emulator.ts', 'phone/backstage/..%2f..%2fpackage.json'])
    expect((await fetch(`${emulator.url}/${path}`)).status).not.toBe(200)
})
