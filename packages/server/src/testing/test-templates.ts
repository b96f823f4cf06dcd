import type { Template, TemplateParts } from '@atende/contracts/templates'
import { expect } from 'vitest'
import { connectEmulator } from './test-channel.ts'
import { type Answer, eventually, startTestServer } from './test-server.ts'

export const NOTHING: TemplateParts = { header: null, body: '', variables: [], footer: null, buttons: [], cards: null, auth: null, offer: null }
export const HELLO: TemplateParts = {
  ...NOTHING,
  body: 'Olá {{1}}, sua reserva de {{2}} está confirmada.',
  variables: [
    { name: '1', example: 'Ana' },
    { name: '2', example: '12/10' },
  ],
}
export type Problem = { code: string; detail?: string; errors?: { path: string; code: string; message: string }[] }
type Draft = Partial<{
  name: string
  language: string
  category: Template['category']
  parameterFormat: 'positional' | 'named'
  parts: TemplateParts
  channelId: string
}>
export type TemplateTest = Awaited<ReturnType<typeof startTemplateTest>>

/** A company with a number at the emulator, whose reviewers are quick. Close it in `afterAll`. */
export async function startTemplateTest() {
  const server = await startTestServer()
  const owner = await server.register('Pousada do Mar')
  const { emulator, channelId } = await connectEmulator(server, owner)
  emulator.control.setScenario({ templateReviewMs: 5 })
  const call = <T = Template>(method: string, url: string, body?: unknown): Promise<Answer<T>> =>
    server.call<T>(method, url, { token: owner.token, ...(body === undefined ? {} : { body }) })
  const create = <T = Template>(draft: Draft) =>
    call<T>('POST', '/api/templates', { channelId, name: 'boas_vindas', language: 'pt_BR', category: 'UTILITY', parts: HELLO, ...draft })
  const read = async (id: string) => (await call('GET', `/api/templates/${id}`)).body
  const until = (id: string, status: Template['status']) => eventually(async () => ((await read(id)).status === status ? read(id) : undefined))
  async function approved(draft: Draft): Promise<Template> {
    const made = await create(draft)
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ name: draft.name })])
    return until(made.body.id, 'APPROVED')
  }
  const close = async () => {
    await server.close()
    await emulator.stop()
  }
  return { server, owner, emulator, channelId, call, create, read, until, approved, close }
}
