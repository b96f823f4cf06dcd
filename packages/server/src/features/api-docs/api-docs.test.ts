import { ERRORS } from '@atende/contracts/errors'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

type Operation = { security?: unknown[]; tags?: string[]; summary?: string; parameters?: { name: string; in: string }[]; responses: Record<string, unknown> }
type Spec = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> }
  'x-error-codes': { code: string }[]
}

describe('api documentation', () => {
  let server: TestServer
  let spec: Spec
  beforeAll(async () => {
    server = await startTestServer()
    spec = (await server.call<Spec>('GET', '/api/openapi.json')).body
  })
  afterAll(() => server.close())

  test('is OpenAPI 3.1 and lists the routes of every feature, the webhook too', () => {
    expect(spec.openapi).toBe('3.1.0')
    for (const url of [
      '/api/auth/login',
      '/api/tags/{id}',
      '/api/messages',
      '/api/media',
      '/api/channels/{id}/setup',
      '/api/webhook-events',
      '/webhooks/whatsapp',
      '/webhooks/whatsapp/v2',
      '/health',
    ]) {
      expect(spec.paths[url], url).toBeDefined()
    }
  })

  test('every route has a tag and a sentence', () => {
    const mute = Object.entries(spec.paths).flatMap(([url, item]) =>
      Object.entries(item).flatMap(([method, o]) => (o.tags?.length && o.summary ? [] : [`${method} ${url}`])),
    )
    expect(mute).toEqual([])
  })

  test('every reference leads somewhere', () => {
    const refs = [...JSON.stringify(spec).matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((m) => m[1] ?? '')
    expect(refs.length).toBeGreaterThan(20)
    expect([...new Set(refs)].filter((name) => !spec.components.schemas[name])).toEqual([])
  })

  test('says who needs a login, and what an error looks like', () => {
    expect(spec.components.securitySchemes).toHaveProperty('bearer')
    expect(spec.paths['/api/tags']?.get?.security).toBeUndefined()
    expect(spec.paths['/health']?.get?.security).toEqual([])
    expect(spec.paths['/api/tags']?.post?.responses.default).toMatchObject({
      content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
    })
    expect(spec['x-error-codes'].map((e) => e.code)).toEqual(Object.keys(ERRORS))
  })

  test('an upload is a form with a file', () => {
    expect(spec.paths['/api/media']?.post).toMatchObject({ requestBody: { content: { 'multipart/form-data': { schema: { required: ['file'] } } } } })
  })

  test('can be kept by a browser until it changes', async () => {
    const { headers } = await server.call('GET', '/api/openapi.json')
    const again = await server.call('GET', '/api/openapi.json', { headers: { 'if-none-match': headers.get('etag') ?? '' } })
    expect(again.status).toBe(304)
  })

  test('the page and its files come from here, under the strict policy', async () => {
    const page = await server.call<string>('GET', '/api/docs')
    expect(page.headers.get('content-type')).toContain('text/html')
    expect(page.headers.get('content-security-policy')).toContain("script-src 'self'")
    const files = [...page.body.matchAll(/(?:src|href)="(\/[^"#]+)"/g)].map((m) => m[1] ?? '')
    expect(files.length).toBeGreaterThan(2)
    for (const url of files) expect((await server.call('GET', url)).status, url).toBe(200)
    expect(page.body).not.toMatch(/https?:\/\/|<script>|onclick=|style="/)
  })
})
