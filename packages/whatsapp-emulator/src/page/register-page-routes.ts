import { readFileSync, statSync } from 'node:fs'
import module from 'node:module'
import { extname, join, normalize } from 'node:path'
import type { FastifyInstance } from 'fastify'

const PACKAGE = join(import.meta.dirname, '..', '..')
/** The one module of `src` that the page uses too. */
const SHARED = 'src/json.ts'
const POLICY = [
  "default-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'self'",
].join('; ')

const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.ts': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.jpg': 'image/jpeg',
  '.webp': 'image/webp',
  '.mp4': 'video/mp4',
  '.ogg': 'audio/ogg',
  '.pdf': 'application/pdf',
}

/** The phone page: `/` and the files of the `phone` folder under `/phone/`; TypeScript is stripped when it is served. */
export function registerPageRoutes(app: FastifyInstance): void {
  const scripts = new Map<string, { changedAt: number; text: string }>()

  const send = (name: string): { type: string; body: string | Buffer } | null => {
    const type = TYPES[extname(name)]
    const path = join(PACKAGE, normalize(`/${name}`))
    const stats = type ? statSync(path, { throwIfNoEntry: false }) : undefined
    if (!type || !stats?.isFile()) return null
    if (extname(name) !== '.ts') return { type, body: readFileSync(path) }
    let script = scripts.get(path)
    if (!script || script.changedAt !== stats.mtimeMs) {
      script = { changedAt: stats.mtimeMs, text: stripTypes(readFileSync(path, 'utf8')) }
      scripts.set(path, script)
    }
    return { type, body: script.text }
  }

  app.get<{ Params: { '*': string } }>('/phone/*', async (request, reply) => {
    const file = send(`phone${normalize(`/${request.params['*']}`)}`)
    if (!file) return reply.code(404).type('text/plain').send('not found')
    return reply
      .headers({ 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'cache-control': 'no-cache' })
      .type(file.type)
      .send(file.body)
  })
  app.get('/', async (_request, reply) => {
    const file = send('phone/index.html')
    return reply
      .headers({ 'content-security-policy': POLICY, 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'cache-control': 'no-cache' })
      .type('text/html; charset=utf-8')
      .send(file?.body ?? '')
  })
  app.get(`/${SHARED}`, async (_request, reply) => {
    const file = send(SHARED)
    return reply
      .header('cache-control', 'no-cache')
      .type(file?.type ?? '')
      .send(file?.body ?? '')
  })
  app.get('/favicon.ico', async (_request, reply) => reply.code(204).send())
}

/** Strips types without Node's warning that the function is experimental. */
function stripTypes(source: string): string {
  const { emitWarning } = process
  process.emitWarning = () => {}
  try {
    return module.stripTypeScriptTypes(source)
  } finally {
    process.emitWarning = emitWarning
  }
}
