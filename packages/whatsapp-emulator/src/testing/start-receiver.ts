import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { JsonObject } from '../json.ts'

interface Received {
  body: string
  headers: IncomingHttpHeaders
}

export interface Receiver {
  url: string
  port: number
  received: Received[]
  handshakes: URL[]
  /** What the next POSTs are answered with; 0 = no answer at all. */
  status: number
  /** Answer of the handshake; by default the challenge. */
  answerHandshake: (url: URL) => { status: number; body: string }
  messages(): JsonObject[]
  statuses(id?: string): JsonObject[]
  changes(): JsonObject[]
  stop(): Promise<void>
}

/** A webhook receiver for tests: echoes challenges and keeps every POST that it answered with 200. */
export async function startReceiver(port = 0): Promise<Receiver> {
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://receiver')
    if (request.method === 'GET') {
      receiver.handshakes.push(url)
      const answer = receiver.answerHandshake(url)
      response.writeHead(answer.status).end(answer.body)
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      if (receiver.status === 0) return
      if (receiver.status === 200) receiver.received.push({ body: Buffer.concat(chunks).toString(), headers: request.headers })
      response.writeHead(receiver.status).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve))
  const taken = (server.address() as AddressInfo).port
  const changesOf = (): JsonObject[] =>
    receiver.received.flatMap(({ body }) => (JSON.parse(body).entry as { changes: JsonObject[] }[]).flatMap((entry) => entry.changes))
  const listOf = (key: string): JsonObject[] => changesOf().flatMap((change) => ((change.value as JsonObject)[key] ?? []) as JsonObject[])
  const receiver: Receiver = {
    url: `http://127.0.0.1:${taken}/webhook`,
    port: taken,
    received: [],
    handshakes: [],
    status: 200,
    answerHandshake: (url) => ({ status: 200, body: url.searchParams.get('hub.challenge') ?? '' }),
    messages: () => listOf('messages'),
    statuses: (id) => listOf('statuses').filter((status) => id === undefined || status.id === id),
    changes: changesOf,
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return receiver
}

/** Waits until `check` is true; fails after `ms`. */
export async function waitFor(check: () => boolean, ms = 15_000): Promise<void> {
  const end = Date.now() + ms
  while (!check()) {
    if (Date.now() > end) throw new Error(`waited ${ms} ms in vain for: ${String(check)}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
