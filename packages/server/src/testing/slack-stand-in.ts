import { createServer } from 'node:http'

/** An incoming webhook on loopback that keeps what it is told; `answer` is its next status. */
export async function startSlackStandIn() {
  const state = { texts: [] as string[], answer: 200 }
  const server = createServer((request, reply) => {
    let body = ''
    request.on('data', (d) => (body += d))
    request.on('end', () => {
      const { text } = JSON.parse(body) as { text: string }
      if (state.answer === 200) state.texts.push(text)
      reply.writeHead(state.answer).end(state.answer === 200 ? 'ok' : 'no_service')
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    state,
    url: `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/services/T0/B0/x`,
    stop: () => new Promise<void>((done) => server.close(() => done())),
  }
}
