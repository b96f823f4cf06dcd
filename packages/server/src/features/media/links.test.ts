import { randomUUID } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import path from 'node:path'
import type { Message } from '@atende/contracts/messages'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { inTenant } from '../../platform/database.ts'
import { openSightStage, type SightStage } from '../../testing/sight-stage.ts'
import { eventually } from '../../testing/test-server.ts'
import { downloadInboundMedia } from './download-inbound.ts'
import { createPendingMedia } from './media.ts'

let stage: SightStage
beforeAll(async () => {
  stage = await openSightStage()
})
afterAll(() => stage.close())

const ask = <T = Record<string, unknown>>(who: { token: string }, method: string, url: string, body?: unknown) =>
  stage.server.call<T>(method, url, { token: who.token, ...(body === undefined ? {} : { body }) })
const status = async (url: string) => (await fetch(stage.server.url + url)).status
const upload = async (who: { token: string }) => {
  const form = new FormData()
  form.set('file', new File(['a,b\n'], 'lista.csv', { type: 'text/csv' }))
  form.set('kind', 'document')
  return (await ask<{ id: string; url: string }>(who, 'POST', '/api/media', form)).body
}
type Person = { token: string; userId: string }
/** A file that a message of this conversation shows. */
async function send(who: Person, conversationId: string): Promise<{ mediaId: string; messageId: string }> {
  const { id } = await upload(who)
  const sent = await ask<Message>(who, 'POST', '/api/messages', { conversationId, clientId: randomUUID(), content: { type: 'document', mediaId: id } })
  expect(sent.status).toBe(202)
  return { mediaId: id, messageId: sent.body.id }
}
const urlIn = (message: Message | undefined): string => (message && 'media' in message.content ? (message.content.media?.url ?? '') : '')
async function linkOf(who: Person, conversationId: string, messageId: string): Promise<string> {
  const list = await ask<{ items: Message[] }>(who, 'GET', `/api/messages?conversationId=${conversationId}`)
  return urlIn(list.body.items.find((m) => m.id === messageId))
}
const limit = (attendantsSee: string) => ask(stage.owner, 'PATCH', '/api/tenants/current', { attendantsSee })
const assign = (conversation: string, userId: string) => ask(stage.owner, 'POST', `/api/conversations/${conversation}/assign`, { userId })

test('a link is one person’s: it ends when the conversation is no longer theirs to see, at once, and works again when it is', async () => {
  await limit('own')
  const { conversation } = stage.places.ofAna
  const { messageId } = await send(stage.ana, conversation)
  const [hers, owners] = [await linkOf(stage.ana, conversation, messageId), await linkOf(stage.owner, conversation, messageId)]
  expect(hers).not.toBe(owners)
  expect(await linkOf(stage.ana, conversation, messageId)).toBe(hers)
  expect([await status(hers), await status(owners)]).toEqual([200, 200])
  await assign(conversation, stage.bia.userId)
  expect([await status(hers), await status(owners)]).toEqual([404, 200])
  await assign(conversation, stage.ana.userId)
  expect(await status(hers)).toBe(200)
  // The rule is lifted: everybody sees it. And it comes back.
  await assign(conversation, stage.bia.userId)
  await limit('all')
  expect(await status(hers)).toBe(200)
  await limit('own')
  expect(await status(hers)).toBe(404)
  await assign(conversation, stage.ana.userId)
  await limit('all')
})

test('it ends with the session, with the person’s access, and opens nothing for who changes it', async () => {
  const { conversation } = stage.places.ofAna
  const { messageId } = await send(stage.ana, conversation)
  const link = await linkOf(stage.bia, conversation, messageId)
  expect(await status(link)).toBe(200)
  const url = new URL(link, stage.server.url)
  const without = (...names: string[]) => {
    const changed = new URL(url)
    for (const n of names) changed.searchParams.delete(n)
    return changed.pathname + changed.search
  }
  expect([await status(without('w')), await status(without('c')), await status(without('s'))]).toEqual([404, 404, 404])
  await ask(stage.owner, 'PATCH', `/api/users/${stage.bia.userId}`, { active: false })
  expect(await status(link)).toBe(404)
  await ask(stage.owner, 'PATCH', `/api/users/${stage.bia.userId}`, { active: true })
  expect(await status(link)).toBe(404)
})

test('who listens is told links of their own; what a customer writes is never made one', async () => {
  const { conversation } = stage.places.ofAna
  const socket = await stage.server.connect(stage.ana.token)
  const told: Message[] = []
  socket.on('message:new', ({ message }) => told.push(message))
  const { messageId, mediaId } = await send(stage.owner, conversation)
  const forged = `/api/media/${mediaId}/content?t=${stage.owner.tenantId}&c=${conversation}&e=9999999999&s=AAAA`
  await ask(stage.owner, 'POST', '/api/messages', { conversationId: conversation, clientId: randomUUID(), content: { type: 'text', text: forged } })
  const heard = await eventually(() => (told.length >= 2 ? told : undefined))
  const link = urlIn(heard.find((m) => m.id === messageId))
  expect(link).toBe(await linkOf(stage.ana, conversation, messageId))
  expect(await status(link)).toBe(200)
  expect(heard.some((m) => m.content.type === 'text' && 'text' in m.content && m.content.text === forged)).toBe(true)
  expect(await status(forged)).toBe(404)
  socket.close()
})

test('the files of a contact that is deleted go from the storage, their links at once; what is others’ stays', async () => {
  const { server, owner } = stage
  const folder = path.join(server.home, 'media', owner.tenantId)
  const files = () => readdirSync(folder)
  const { conversation } = stage.places.ofBia
  const [theirs, both] = [await send(owner, conversation), await upload(owner)]
  for (const to of [conversation, stage.places.ofAna.conversation])
    await ask(owner, 'POST', '/api/messages', { conversationId: to, clientId: randomUUID(), content: { type: 'document', mediaId: both.id } })
  const link = await linkOf(owner, conversation, theirs.messageId)
  expect(await status(link)).toBe(200)
  const [row] = await server.sql<{ contact_id: string }>('select contact_id from conversations where id = $1', [conversation])
  // One of theirs is on its way while they are deleted.
  const [coming = ''] = await inTenant(server.ctx.db, owner.tenantId, (tx) =>
    createPendingMedia(tx, owner.tenantId, [{ kind: 'document', mime: 'text/plain', providerMediaId: '1', contactId: row?.contact_id ?? null }]),
  )
  const job = { tenantId: owner.tenantId, mediaId: coming, channelId: randomUUID(), messageId: randomUUID(), providerMediaId: '1' }
  await downloadInboundMedia(server.ctx, job, async () => {
    expect((await ask(owner, 'DELETE', `/api/contacts/${row?.contact_id}`)).status).toBe(204)
    async function* body() {
      yield Buffer.from('tarde demais')
    }
    return { outcome: 'opened', body: body() }
  })
  expect(await status(link)).toBe(404)
  await eventually(() => !files().some((f) => f.startsWith(theirs.mediaId) || f.startsWith(coming)))
  expect(existsSync(path.join(folder, both.id))).toBe(true)
  expect(await server.sql('select 1 from media where id = any($1)', [[theirs.mediaId, coming]])).toEqual([])
})
