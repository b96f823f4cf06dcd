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

/** Stands in for Meta's media host: `/media/{kind}/…` is a picture, a voice note or a PDF of 15 to 33 kB. Loopback only. */
export async function startMediaHost(): Promise<{ url: string; close: () => Promise<void> }> {
  const files = MEDIA_KINDS.map((k) => readFileSync(path.join(SAMPLES, k.file)))
  const server = http.createServer((request, response) => {
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
