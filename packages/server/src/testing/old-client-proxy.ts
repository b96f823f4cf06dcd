import { createServer, connect as dial, type Socket } from 'node:net'

const SSL_REQUEST = 80_877_103
const GSS_REQUEST = 80_877_104

/** Whole messages of PostgreSQL's protocol: a letter (`lead` bytes of it), a length that counts itself, the rest. */
function messages(lead: () => 0 | 1, each: (message: Buffer) => void): (data: Buffer) => void {
  let held = Buffer.alloc(0)
  return (data) => {
    held = Buffer.concat([held, data])
    for (;;) {
      const at = lead()
      if (held.length < at + 4) return
      const length = at + held.readUInt32BE(at)
      if (held.length < length) return
      each(held.subarray(0, length))
      held = held.subarray(length)
    }
  }
}

function message(letter: string, body: Buffer): Buffer {
  const head = Buffer.alloc(5)
  head.write(letter, 0, 'latin1')
  head.writeUInt32BE(body.length + 4, 1)
  return Buffer.concat([head, body])
}

/**
 * Stands between client programs of PostgreSQL 15 (what Debian 12 has) and a server of version 18, which they refuse: it tells them that
 * the server is of version 15, and asks by the new name for what has been renamed since. All else passes as it is.
 */
export async function startOldClientProxy(port: number): Promise<{ port: number; close: () => Promise<void> }> {
  const sockets = new Set<Socket>()
  // Each message leaves at once: the programs ask thousands of things, one after the other.
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = dial(port, '127.0.0.1').setNoDelay(true)
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.end()
      })
    }
    let started = false
    client.on(
      'data',
      messages(
        () => (started ? 1 : 0),
        (m) => {
          if (!started && [SSL_REQUEST, GSS_REQUEST].includes(m.readUInt32BE(4))) return void client.write('N')
          if (!started) {
            started = true
            upstream.write(m)
          } else if (m[0] === 0x51)
            upstream.write(
              message(
                'Q',
                Buffer.from(
                  m
                    .subarray(5)
                    .toString('latin1')
                    .replace(/\bdaticulocale\b/g, 'datlocale AS daticulocale'),
                  'latin1',
                ),
              ),
            )
          else upstream.write(m)
        },
      ),
    )
    upstream.on(
      'data',
      messages(
        () => 1,
        (m) => {
          const isVersion = m[0] === 0x53 && m.subarray(5).toString('latin1').startsWith('server_version\0')
          client.write(isVersion ? message('S', Buffer.from('server_version\x0015.18\x00')) : m)
        },
      ),
    )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: () =>
      new Promise<void>((done) => {
        for (const s of sockets) s.destroy()
        server.close(() => done())
      }),
  }
}
