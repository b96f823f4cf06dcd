import { readFileSync } from 'node:fs'
import path from 'node:path'
import type { Context } from '../../platform/context.ts'
import { sha256 } from '../../platform/crypto.ts'
import type { Http } from '../../platform/http.ts'
import { openApiJson } from './api-docs.ts'

const tags = ['documentation']
const PAGE = path.join(import.meta.dirname, 'page')
const FILES: Record<string, { file: string; type: string; summary: string }> = {
  '/api/docs': { file: 'index.html', type: 'text/html; charset=utf-8', summary: 'This documentation, to read' },
  '/api/docs/docs.js': { file: 'docs.js', type: 'text/javascript; charset=utf-8', summary: 'Script of the page' },
  '/api/docs/schema.js': { file: 'schema.js', type: 'text/javascript; charset=utf-8', summary: 'Script of the page' },
  '/api/docs/schema-facts.js': { file: 'schema-facts.js', type: 'text/javascript; charset=utf-8', summary: 'Script of the page' },
  '/api/docs/operation.js': { file: 'operation.js', type: 'text/javascript; charset=utf-8', summary: 'Script of the page' },
  '/api/docs/words.js': { file: 'words.js', type: 'text/javascript; charset=utf-8', summary: 'Script of the page' },
  '/api/docs/frame.css': { file: 'frame.css', type: 'text/css; charset=utf-8', summary: 'Style of the page' },
  '/api/docs/docs.css': { file: 'docs.css', type: 'text/css; charset=utf-8', summary: 'Style of the page' },
}

const etagOf = (text: string | Buffer) => `"${sha256(text).toString('base64url').slice(0, 22)}"`

export function apiDocsRoutes(app: Http, _ctx: Context): void {
  app.get('/api/openapi.json', { config: { access: 'public' }, schema: { tags, summary: 'OpenAPI 3.1 document' } }, async (request, reply) => {
    const text = openApiJson(app)
    const etag = etagOf(text)
    reply.header('cache-control', 'no-cache').header('etag', etag)
    if (request.headers['if-none-match'] === etag) return reply.code(304).send()
    return reply.type('application/json; charset=utf-8').send(text)
  })

  for (const [url, { file, type, summary }] of Object.entries(FILES)) {
    const content = readFileSync(path.join(PAGE, file))
    const etag = etagOf(content)
    app.get(url, { config: { access: 'public' }, schema: { tags, summary } }, async (request, reply) => {
      reply.header('cache-control', 'no-cache').header('etag', etag)
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type(type).send(content)
    })
  }
}
