import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { sha256 } from '../../platform/crypto.ts'
import { inTenant } from '../../platform/database.ts'
import { connectEmulator } from '../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../testing/test-server.ts'
import { downloadInboundMedia, type Fetched } from './download-inbound.ts'
import { createPendingMedia } from './media.ts'

const photo = readFileSync(path.resolve(import.meta.dirname, '../../../../whatsapp-emulator/phone/samples/praia.jpg'))
type Row = { id: string; status: string; size: string | null; width: number | null; error: string | null }

describe('media that customers send', () => {
  let server: TestServer
  let owner: Awaited<ReturnType<TestServer['register']>>
  let emulator: Emulator
  let channelId: string
  beforeAll(async () => {
    server = await startTestServer()
    owner = await server.register()
    ;({ emulator, channelId } = await connectEmulator(server, owner))
  })
  afterAll(async () => {
    await server.close()
    await emulator.stop()
  })

  const rowOf = async (id: string) => (await server.sql<Row>('select id, status, size, width, error from media where id = $1', [id]))[0]
  const pending = async (more: { sha256?: string } = {}) => {
    const [id = ''] = await inTenant(server.ctx.db, owner.tenantId, (tx) =>
      createPendingMedia(tx, owner.tenantId, [{ kind: 'image', mime: 'image/jpeg', providerMediaId: '1', ...more }]),
    )
    return id
  }
  const run = (mediaId: string, fetched: Fetched, meta: { attempt?: number; lastAttempt?: boolean } = {}) =>
    downloadInboundMedia(
      server.ctx,
      { tenantId: owner.tenantId, mediaId, channelId, messageId: randomUUID(), providerMediaId: '1' },
      { id: 'job', attempt: 1, lastAttempt: false, ...meta },
      async () => fetched,
    )

  test('a photo arrives with its pixels, and the message is told again', async () => {
    const file = emulator.control.addMedia({ bytes: photo, mimeType: 'image/jpeg', filename: 'praia.jpg' })
    emulator.control.sendAs('+5511987654321', { type: 'image', mediaId: file.id, caption: 'olha a vista' })
    const row = await eventually(async () => (await server.sql<Row>("select * from media where tenant_id = $1 and status = 'stored'", [owner.tenantId]))[0])
    expect(row).toMatchObject({ size: String(photo.length), width: expect.any(Number) })
    const { body } = await server.call<{ url: string }>('GET', `/api/media/${row.id}`, { token: owner.token })
    const answer = await fetch(server.url + body.url)
    expect(Buffer.from(await answer.arrayBuffer()).equals(photo)).toBe(true)
    expect(await server.sql("select 1 from outgoing_events where tenant_id = $1 and kind = 'message.updated'", [owner.tenantId])).toHaveLength(1)
  })

  test('bytes that differ from the announced hash are not kept', async () => {
    const id = await pending({ sha256: sha256('other bytes').toString('base64') })
    await expect(run(id, { outcome: 'fetched', data: photo })).rejects.toThrow('checksum')
    expect(await rowOf(id)).toMatchObject({ status: 'pending', size: null })
    const good = await pending({ sha256: sha256(photo).toString('hex') })
    await run(good, { outcome: 'fetched', data: photo })
    expect(await rowOf(good)).toMatchObject({ status: 'stored' })
  })

  test('short troubles stay invisible, longer ones are shown, and success still comes', async () => {
    const id = await pending()
    await expect(run(id, { outcome: 'failed', reason: 'timeout' })).rejects.toThrow('timeout')
    expect(await rowOf(id)).toMatchObject({ status: 'pending' })
    await expect(run(id, { outcome: 'failed', reason: 'timeout' }, { attempt: 3 })).rejects.toThrow('timeout')
    expect(await rowOf(id)).toMatchObject({ status: 'failed', error: 'timeout' })
    await run(id, { outcome: 'fetched', data: photo }, { attempt: 4 })
    expect(await rowOf(id)).toMatchObject({ status: 'stored', error: null })
  })

  test('gone counts as expired after a week, or when nobody will try again', async () => {
    const young = await pending()
    await expect(run(young, { outcome: 'gone' })).rejects.toThrow('gone')
    const old = await pending()
    await server.sql("update media set created_at = now() - interval '8 days' where id = $1", [old])
    await run(old, { outcome: 'gone' })
    await run(young, { outcome: 'gone' }, { attempt: 31, lastAttempt: true })
    for (const id of [young, old]) expect(await rowOf(id)).toMatchObject({ status: 'expired' })
  })

  test('too large is told once and not tried again; a repeated job changes nothing', async () => {
    const id = await pending()
    await run(id, { outcome: 'too_large' })
    expect(await rowOf(id)).toMatchObject({ status: 'too_large' })
    await run(id, { outcome: 'fetched', data: photo })
    expect(await rowOf(id)).toMatchObject({ status: 'too_large' })
    await expect(run(randomUUID(), { outcome: 'gone' })).resolves.toBeUndefined()
  })
})
