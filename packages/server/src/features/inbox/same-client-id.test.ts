import type { Conversation } from '@atende/contracts/conversations'
import { expect, it } from 'vitest'
import { connectEmulator } from '../../testing/test-channel.ts'
import { eventually, startTestServer } from '../../testing/test-server.ts'

it('the same message posted several times at once, while it already leaves, is one message and never an error', async () => {
  const server = await startTestServer()
  const { token, ...owner } = await server.register()
  const { emulator } = await connectEmulator(server, { token, ...owner })
  try {
    emulator.control.sendAs('5511987654321', { type: 'text', text: { body: 'oi' } })
    const list = () => server.call<{ items: Conversation[] }>('GET', '/api/conversations?status=any', { token })
    const { id } = await eventually(async () => (await list()).body.items[0])
    for (let round = 0; round < 25; round++) {
      const body = { conversationId: id, clientId: `mesma-vez-${round}`, content: { type: 'text', text: 'só uma vez' } }
      const answers = await Promise.all(Array.from({ length: 4 }, () => server.call<{ id: string }>('POST', '/api/messages', { token, body })))
      expect(answers.map((a) => a.status)).toEqual([202, 202, 202, 202])
      expect(new Set(answers.map((a) => a.body.id)).size).toBe(1)
    }
  } finally {
    await server.close()
    await emulator.stop()
  }
}, 60_000)
