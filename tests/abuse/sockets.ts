import type { Afternoon } from './afternoon.ts'
import type { Random } from './random.ts'

/** What a socket may be told: packets of Engine.IO 4 and Socket.IO 5, whole, broken and absurd. */
function packets(random: Random, ids: readonly string[]): (string | Uint8Array<ArrayBuffer>)[] {
  const events = [
    'authenticate',
    'join:conversation',
    'leave:conversation',
    'typing:start',
    'typing:stop',
    'disconnect',
    'connection',
    '__proto__',
    'constructor',
    'toString',
    '',
  ]
  const payloads: unknown[] = [
    null,
    1,
    '',
    [],
    {},
    { conversationId: random.pick(ids) },
    { conversationId: '\u0000' },
    { conversationId: { $ne: 1 } },
    { token: 'x' },
    { token: 'x'.repeat(20_000) },
    { token: random.pick(ids), cursor: '99999999999999999999.9' },
    { cursor: '1.1' },
    { __proto__: { a: 1 } },
    Array.from({ length: 500 }, () => []),
    { conversationId: ids },
  ]
  const event = () =>
    `42${random.chance(0.7) ? random.int(1e6) : ''}${JSON.stringify([random.pick(events), ...Array.from({ length: random.int(3) }, () => random.pick(payloads))])}`
  return [
    ...Array.from({ length: 12 }, event),
    ...[
      '',
      '4',
      '42',
      '42[',
      '42{}',
      '42[]',
      '42[null]',
      '42[1]',
      '42[{}]',
      '40',
      '40/admin,',
      '40{"token":1}',
      '40{"token":{"__proto__":1}}',
      '41',
      '43',
      '43[]',
      '43999[]',
      '44',
      '2',
      '2probe',
      '3',
      '5',
      '6',
      '9',
      'b',
      '\u0000',
    ],
    ...[
      '451-["x",{"_placeholder":true,"num":0}]',
      '45999999999-["x"]',
      '451-["authenticate",{"_placeholder":true,"num":9}]',
      '461-["x"]',
      '42["authenticate",{"__proto__":{"token":"x"}}]',
      `42${'['.repeat(20_000)}`,
      `42["${'x'.repeat(30_000)}"]`,
    ],
    new Uint8Array([0, 1, 2, 255]),
    new Uint8Array(60_000),
  ]
}

const opened = (socket: WebSocket): Promise<boolean> =>
  new Promise((done) => {
    socket.addEventListener('open', () => done(true), { once: true })
    socket.addEventListener('error', () => done(false), { once: true })
    socket.addEventListener('close', () => done(false), { once: true })
  })
const pause = (ms: number) => new Promise((r) => setTimeout(r, ms))

/** Each connection says all its packets at once; some log in first. What comes back is judged like any answer. */
export async function abuseSockets(
  { server, count, judge, all }: Afternoon,
  options: { random: Random; token: string; ids: readonly string[]; connections: number },
): Promise<void> {
  const { random, token, ids, connections } = options
  const address = `${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`
  const one = (n: number) => async () => {
    const socket = new WebSocket(address)
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('message', ({ data }) => judge('socket', 200, String(data)))
    if (!(await opened(socket))) return
    if (n % 3 > 0) socket.send(n % 3 === 1 ? '40' : `40${JSON.stringify({ token })}`)
    await pause(50)
    for (const packet of packets(random, ids)) {
      if (socket.readyState !== WebSocket.OPEN) break
      count('packets')
      socket.send(packet)
      if (random.chance(0.1)) await pause(5)
    }
    await pause(150)
    socket.close()
  }
  await all(
    Array.from({ length: connections }, (_, n) => one(n)),
    20,
  )
}

/** A frame above the limit ends its connection, and no more. */
export async function oversized({ server, count, faults }: Afternoon): Promise<void> {
  for (const size of [70_000, 1_000_000, 20_000_000]) {
    count('oversized frames')
    const socket = new WebSocket(`${server.url.replace('http', 'ws')}/socket.io/?EIO=4&transport=websocket`)
    await opened(socket)
    const closed = new Promise<boolean>((done) => {
      socket.addEventListener('close', () => done(true), { once: true })
      setTimeout(() => done(false), 10_000)
    })
    socket.send(`42["x","${'x'.repeat(size)}"]`)
    if (!(await closed)) faults.push({ what: `a frame of ${size} bytes`, said: 'did not end its connection' })
  }
}

/** The other way into Engine.IO: long polling. */
export async function abusePolling({ hit, all }: Afternoon): Promise<void> {
  const queries = [
    'EIO=4&transport=polling',
    'EIO=3&transport=polling',
    'EIO=4&transport=websocket',
    'EIO=4&transport=x',
    'transport=polling',
    'EIO=4&transport=polling&sid=x',
    'EIO=4&transport=polling&sid=__proto__',
    'EIO=4&EIO=3&transport=polling&transport=websocket',
    'EIO=4&transport=polling&j=0',
    'EIO[]=4&transport[__proto__]=polling',
    'EIO=4&transport=__proto__',
    'EIO=4&transport=polling&b64=1&sid=',
  ]
  const bodies = [undefined, '', '40', '4'.repeat(200_000), `${'4\u001e'.repeat(50_000)}`, '\u0000', 'd=4', '{']
  await all(
    queries.flatMap((q) =>
      bodies.map((body) => () => hit('polling', `${q} ${body?.slice(0, 10)}`, `/socket.io/?${q}`, body === undefined ? {} : { method: 'POST', body })),
    ),
  )
}
