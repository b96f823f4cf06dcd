import { afterAll, beforeAll, expect, it } from 'vitest'
import { loadConfig } from '../../platform/config.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer({ SECURITY_CONTACT: 'mailto:seguranca@example.com, https://example.com/falhas', PUBLIC_URL: 'https://atende.example' })
})
afterAll(() => server.close())

it('says whom to tell about a fault, for less than a year, at both addresses', async () => {
  for (const url of ['/.well-known/security.txt', '/security.txt']) {
    // By its port: the public address is nobody's.
    const answer = await fetch(`http://127.0.0.1:${server.port}${url}`)
    const body = await answer.text()
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'text/plain; charset=utf-8'])
    const fields = body
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/: (.*)/s))
    expect(fields.map(([name]) => name)).toEqual(['Contact', 'Contact', 'Expires', 'Preferred-Languages', 'Canonical'])
    expect(fields.map(([, value]) => value)).toEqual([
      'mailto:seguranca@example.com',
      'https://example.com/falhas',
      expect.stringMatching(/^\d{4}-\d\d-\d\dT00:00:00Z$/),
      'pt, en',
      'https://atende.example/.well-known/security.txt',
    ])
    const days = (Date.parse(fields[2]?.[1] ?? '') - Date.now()) / 86_400_000
    expect(days).toBeGreaterThan(30)
    expect(days).toBeLessThan(365)
  }
})

it('is absent without a contact, and takes no contact that is none', async () => {
  const silent = await startTestServer()
  try {
    expect(await silent.call('GET', '/.well-known/security.txt')).toMatchObject({ status: 404, body: { code: 'not_found' } })
  } finally {
    await silent.close()
  }
  for (const wrong of ['seguranca@example.com', 'http://example.com', 'mailto:a@b\nContact: x']) {
    expect(() => loadConfig({ SECURITY_CONTACT: wrong })).toThrow(/SECURITY_CONTACT/)
  }
})
