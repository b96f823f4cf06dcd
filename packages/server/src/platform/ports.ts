import { createServer } from 'node:net'

export const isFree = (port: number, host: string) =>
  new Promise<boolean>((done) => {
    const s = createServer()
    s.once('error', () => done(false))
    s.listen(port, host, () => s.close(() => done(true)))
  })

/**
 * The wanted port, or the next free one above it. Where it is used later or again, below 32768: from there on Linux gives ports to
 * outgoing connections, and such a connection keeps everybody else from listening there.
 */
export async function freePort(wanted: number, host = '127.0.0.1'): Promise<number> {
  for (let port = wanted; port < wanted + 200 && port < 65_536; port++) if (await isFree(port, host)) return port
  throw new Error(`no free port from ${wanted} on`)
}
