import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createAuthority } from '../../testing/tls-stand-in.ts'
import { certificateDays } from './certificate-days.ts'
import { type DiskDay, diskForecast } from './disk-forecast.ts'

const folder = mkdtempSync(path.join(tmpdir(), 'atende-probe-'))
const CERTIFICATE_FILE = path.join(folder, 'localhost-2020.pem')
const END = Date.parse('2020-04-01T00:00:00Z')
const DAY = 24 * 3600_000

describe('how long the certificate holds', () => {
  let server: Server
  let PUBLIC_URL = ''
  beforeAll(async () => {
    const authority = createAuthority()
    const certificate = authority.issue('localhost', new Date(END))
    authority.remove()
    writeFileSync(CERTIFICATE_FILE, certificate.cert)
    server = createServer(certificate)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    const address = server.address()
    PUBLIC_URL = `https://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`
  })
  afterAll(() => {
    server.close()
    rmSync(folder, { recursive: true, force: true })
  })

  it('is read from its file, and at the address that people use', async () => {
    const named = { PUBLIC_URL: PUBLIC_URL.replace('127.0.0.1', 'atende.test'), OUTGOING_HOSTS: ['atende.test=127.0.0.1'] }
    for (const some of [{ CERTIFICATE_FILE }, { PUBLIC_URL }, named]) {
      const settings = { OUTGOING_HOSTS: [], ...some }
      expect(await certificateDays(settings as Parameters<typeof certificateDays>[0], END - 10 * DAY)).toMatchObject({ days: 10, notAfter: new Date(END) })
      expect(await certificateDays(settings as Parameters<typeof certificateDays>[0], END + DAY / 2)).toMatchObject({ days: -1 })
    }
  })
  it('says why it could not be looked at, and nothing where there is none', async () => {
    const look = (settings: { CERTIFICATE_FILE?: string; PUBLIC_URL?: string }) =>
      certificateDays({ OUTGOING_HOSTS: [], ...settings } as Parameters<typeof certificateDays>[0])
    expect(await look({ CERTIFICATE_FILE: '/nowhere.pem' })).toEqual({ from: 'file', error: 'ENOENT' })
    expect(await look({ PUBLIC_URL: 'https://127.0.0.1:1' })).toEqual({ from: 'address', error: 'ECONNREFUSED' })
    expect(await look({ PUBLIC_URL: 'http://127.0.0.1:1' })).toBeUndefined()
  })
  it('says for whom it is, whether visitors take it, and looks where OUTGOING_HOSTS leads', async () => {
    const named = { PUBLIC_URL: PUBLIC_URL.replace('127.0.0.1', 'hotel.example'), OUTGOING_HOSTS: ['hotel.example=127.0.0.1'] }
    expect(await certificateDays(named)).toMatchObject({
      from: 'address',
      notAfter: new Date(END),
      names: expect.any(String),
      distrust: expect.stringMatching(/^[A-Z_]+$/),
    })
    expect(await certificateDays({ CERTIFICATE_FILE, PUBLIC_URL })).toMatchObject({ from: 'file', distrust: null })
  })
})

describe('when a disk is full', () => {
  const days = (used: readonly number[]): DiskDay[] =>
    used.map((usedMib, i) => ({ day: new Date(Date.UTC(2026, 10, 1 + i)).toISOString().slice(0, 10), usedMib }))
  it('at its pace', () => {
    expect(diskForecast(days([0, 1, 2, 3, 4, 5].map((n) => 10_000 + n * 500)), 5000)).toEqual({ days: 10, mibPerDay: 500, measuredDays: 5 })
  })
  it('one big day does not decide', () => {
    expect(diskForecast(days([0, 100, 200, 5300, 5400, 5500, 5600, 5700]), 6000).days).toBeGreaterThan(30)
  })
  it('never, when it shrinks or stays; and nobody knows after two days', () => {
    expect(diskForecast(days([900, 800, 700, 600]), 100).days).toBeNull()
    expect(diskForecast(days([900, 900, 900, 900]), 100).days).toBeNull()
    expect(diskForecast(days([100, 900, 1900]), 100)).toEqual({ days: null, mibPerDay: 0, measuredDays: 2 })
    expect(diskForecast([], 100)).toEqual({ days: null, mibPerDay: 0, measuredDays: 0 })
  })
  it('what was long ago does not count', () => {
    expect(diskForecast([{ day: '2026-10-01', usedMib: 0 }, ...days([9000, 9000, 9000, 9000, 9000])], 100).days).toBeNull()
  })
})
