import { readFileSync } from 'node:fs'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import path from 'node:path'

const SAMPLES = path.resolve(import.meta.dirname, '../../packages/whatsapp-emulator/phone/samples')
export const MEDIA_KINDS = [
  { type: 'image', mime: 'image/jpeg', file: 'praia.jpg' },
  { type: 'audio', mime: 'audio/ogg; codecs=opus', file: 'recado.ogg' },
  { type: 'image', mime: 'image/jpeg', file: 'anuncio.jpg' },
  { type: 'document', mime: 'application/pdf', file: 'comprovante.pdf' },
] as const

/** A message that the server has sent, and to whom. */
export type SentOut = { id: string; to: string }

/**
 * Stands in for Meta: `/media/{kind}/…` is a picture, a voice note or a PDF of 15 to 33 kB, and a POST to `/…/messages` is taken and
 * told. Loopback only.
 */
export async function startMediaHost(onSent: (sent: SentOut) => void = () => {}): Promise<{ url: string; close: () => Promise<void> }> {
  const files = MEDIA_KINDS.map((k) => readFileSync(path.join(SAMPLES, k.file)))
  let sent = 0
  const take = (request: http.IncomingMessage, response: http.ServerResponse) => {
    const parts: Buffer[] = []
    request.on('data', (d) => parts.push(d))
    request.on('end', () => {
      const { to } = JSON.parse(Buffer.concat(parts).toString('utf8') || '{}')
      const id = `wamid.BENCH${Date.now()}x${++sent}`
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify({ messaging_product: 'whatsapp', contacts: [{ input: to, wa_id: to }], messages: [{ id }] }))
      if (to) onSent({ id, to })
    })
  }
  const server = http.createServer((request, response) => {
    if (request.method === 'POST') return take(request, response)
    const kind = Number(/^\/media\/(\d+)\//.exec(request.url ?? '')?.[1])
    const bytes = files[kind]
    if (!bytes) return response.writeHead(404).end()
    response.writeHead(200, { 'content-type': MEDIA_KINDS[kind]?.mime, 'content-length': bytes.length }).end(bytes)
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    close: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => done())
      }),
  }
}
