import { randomUUID } from 'node:crypto'
import type { Me } from '@atende/contracts/access'
import { io } from 'socket.io-client'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { openSightStage, type SightStage } from '../../testing/sight-stage.ts'
import { eventually, type TestSocket } from '../../testing/test-server.ts'
import { joinWith } from '../access/test-roles.ts'

let stage: SightStage
beforeAll(async () => {
  stage = await openSightStage()
})
afterAll(() => stage.close())

type Heard = { name: string; text: string; event: Record<string, unknown> }
/** A socket that writes down everything it hears. */
async function listen(who: { token: string }) {
  const socket = await stage.server.connect(who.token)
  const heard: Heard[] = []
  socket.onAny((name: string, event: Record<string, unknown>) => heard.push({ name, event, text: JSON.stringify(event) }))
  return { socket, heard, names: () => heard.map((h) => h.name), about: (word: string) => heard.filter((h) => h.text.includes(word)).map((h) => h.name) }
}
const emit = (socket: TestSocket, name: string, body: unknown) =>
  new Promise<Record<string, unknown>>((done) => socket.emit(name as 'join:conversation', body as { conversationId: string }, done as never))
const send = (who: { token: string }, conversationId: string) =>
  stage.server.call('POST', '/api/messages', {
    token: who.token,
    body: { conversationId, clientId: randomUUID(), content: { type: 'text', text: 'resposta' } },
  })
/** Everything that was committed before is told when the owner hears this. */
async function flush(listening?: Awaited<ReturnType<typeof listen>>) {
  const owner = listening ?? (await listen(stage.owner))
  const before = owner.names().filter((n) => n === 'list:changed').length
  await stage.server.call('POST', '/api/tags', { token: stage.owner.token, body: { name: `t${Math.random()}`, color: 'teal' } })
  await eventually(() => owner.names().filter((n) => n === 'list:changed').length > before)
  if (!listening) owner.socket.close()
}

describe('only the own conversations', () => {
  beforeEach(() => stage.setRule('own'))

  it('each hears of the own ones, and nothing of the others', async () => {
    const { ofAna, ofBia, open } = stage.places
    const [owner, ana, bia] = [await listen(stage.owner), await listen(stage.ana), await listen(stage.bia)]
    await stage.write(ofBia.phone, 'Biatriz')
    await stage.write(ofAna.phone, 'Anabela')
    await stage.write(open.phone, 'Ninguém')
    await send(stage.bia, ofBia.conversation)
    await stage.server.call('PUT', `/api/conversations/${ofBia.conversation}/tags`, { token: stage.bia.token, body: { tagIds: [] } })
    await stage.server.sql('update messages set status = $1 where id = $2', ['received', ofBia.message])
    await flush(owner)
    await eventually(() => bia.names().includes('conversation:updated') && ana.names().includes('message:new'))
    expect(ana.about(ofBia.conversation)).toEqual([])
    expect(ana.about('Ninguém')).toEqual([])
    expect(bia.about(ofAna.conversation)).toEqual([])
    for (const [who, word] of [
      [owner, 'Biatriz'],
      [owner, 'Anabela'],
      [owner, 'Ninguém'],
      [bia, 'Biatriz'],
      [ana, 'Anabela'],
    ] as const)
      expect([word, who.about(word).includes('message:new')]).toEqual([word, true])
    for (const w of [owner, ana, bia]) w.socket.close()
  })

  it('rooms of conversations open to who sees them, and close when they are handed over', async () => {
    const { bia, ana } = stage
    const place = await stage.begin('Quarto', ana)
    await flush()
    const [hers, his] = [await listen(ana), await listen(bia)]
    const room = { conversationId: place.conversation }
    expect(await emit(hers.socket, 'join:conversation', room)).toEqual({ ok: true })
    expect(await emit(his.socket, 'join:conversation', room)).toEqual({ ok: false, code: 'not_found' })
    expect(await emit(his.socket, 'typing:start', room)).toEqual({ ok: false, code: 'not_found' })
    await stage.assign(place.conversation, bia.userId)
    await eventually(() => hers.names().includes('conversation:gone') && his.names().includes('conversation:assigned'))
    expect(hers.heard.find((h) => h.name === 'conversation:gone')?.event).toMatchObject({ conversationId: place.conversation })
    expect(hers.about('Quarto')).toEqual([])
    expect(await emit(hers.socket, 'typing:start', room)).toEqual({ ok: false, code: 'not_found' })
    expect(await emit(his.socket, 'join:conversation', room)).toEqual({ ok: true })
    expect(his.names()).not.toContain('conversation:gone')
    for (const w of [hers, his]) w.socket.close()
  })

  it('who was away gets what they may see, and loses what went meanwhile', async () => {
    const { ana, bia, server } = stage
    const [kept, lost] = [await stage.begin('Guardada', ana), await stage.begin('Perdida', ana)]
    await flush()
    await server.settled()
    const first = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false })
    const { cursor } = (await first.emitWithAck('authenticate', { token: ana.token })) as { cursor: string }
    first.close()
    await stage.write(kept.phone, 'Guardada')
    await stage.write(stage.places.ofBia.phone, 'Biatriz')
    await stage.write(lost.phone, 'Perdida')
    await stage.assign(lost.conversation, bia.userId)
    await flush()
    const again: TestSocket = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false })
    const heard: { name: string; text: string }[] = []
    again.onAny((name, event) => heard.push({ name, text: JSON.stringify(event) }))
    expect(await emit(again, 'authenticate', { token: ana.token, cursor })).toMatchObject({ ok: true, reset: false })
    await eventually(() => heard.some((h) => h.name === 'conversation:gone' && h.text.includes(lost.conversation)))
    expect(heard.some((h) => h.name === 'message:new' && h.text.includes('Guardada'))).toBe(true)
    expect(heard.filter((h) => /Biatriz|Perdida/.test(h.text))).toEqual([])
    again.close()
  })

  it('who may see no conversation is told of lists that changed meanwhile, and of nothing else', async () => {
    const { server, owner, ana } = stage
    const keeper = await joinWith(server, owner, ['tags.read'])
    await server.settled()
    const { body } = await server.call<Me>('GET', '/api/auth/me', { token: keeper.token })
    const place = await stage.begin('Reservada', ana)
    await stage.write(place.phone, 'Reservada')
    expect((await server.call('POST', '/api/tags', { token: owner.token, body: { name: 'Nova', color: 'teal' } })).status).toBe(201)
    await flush()
    const socket: TestSocket = io(server.url, { transports: ['websocket'], forceNew: true, reconnection: false })
    const heard: { name: string; list?: string }[] = []
    socket.onAny((name, event) => heard.push({ name, list: event.list }))
    expect(await emit(socket, 'authenticate', { token: keeper.token, cursor: body.cursor })).toMatchObject({ ok: true, reset: false })
    expect(heard).toContainEqual({ name: 'list:changed', list: 'tags' })
    expect(heard.filter(({ name }) => name !== 'list:changed')).toEqual([])
    socket.close()
  })

  it('another rule closes the sockets, and who comes back loads everything again', async () => {
    const ana = await listen(stage.ana)
    const { cursor } = (await emit(ana.socket, 'authenticate', { token: stage.ana.token })) as { cursor: string }
    const gone = new Promise((done) => ana.socket.once('disconnect', done))
    await stage.setRule('own_and_unassigned')
    expect(await gone).toBe('io server disconnect')
    expect(ana.names()).toContain('access:changed')
    const again: TestSocket = io(stage.server.url, { transports: ['websocket'], forceNew: true, reconnection: false })
    expect(await emit(again, 'authenticate', { token: stage.ana.token, cursor })).toMatchObject({ ok: true, reset: true })
    again.close()
  })
})

describe('also what nobody took', () => {
  beforeEach(() => stage.setRule('own_and_unassigned'))

  it('is heard by all until somebody takes it, and again when it is free', async () => {
    const { ana, bia } = stage
    const place = await stage.begin('Livre', null)
    await flush()
    const [owner, hers, his] = [await listen(stage.owner), await listen(ana), await listen(bia)]
    await stage.write(place.phone, 'Livre')
    await eventually(() => hers.about('Livre').includes('message:new') && his.about('Livre').includes('message:new'))
    await stage.assign(place.conversation, ana.userId, ana.token)
    await eventually(() => his.names().includes('conversation:gone') && hers.names().includes('conversation:assigned'))
    expect(hers.names()).not.toContain('conversation:gone')
    // The line that says so belongs to Ana by now, like what follows.
    await flush(owner)
    const before = his.about('Livre').length
    await stage.write(place.phone, 'Livre')
    await flush(owner)
    await eventually(() => hers.about('Livre').filter((n) => n === 'message:new').length === 3)
    expect(his.about('Livre')).toHaveLength(before)
    await stage.assign(place.conversation, null, ana.token)
    await eventually(() => his.about('Livre').includes('conversation:assigned'))
    expect(hers.names()).not.toContain('conversation:gone')
    expect(owner.names()).not.toContain('conversation:gone')
    for (const w of [owner, hers, his]) w.socket.close()
  })
})
