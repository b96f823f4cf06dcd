import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Emulator } from 'whatsapp-emulator'
import { inTenant } from '../../../platform/database.ts'
import { connectEmulator } from '../../../testing/test-channel.ts'
import { startTestServer, type TestServer } from '../../../testing/test-server.ts'
import { createPendingMedia } from '../../media/media.ts'
import { downloadMediaHandler } from './download-media.ts'

const META = { id: 'job', attempt: 1, lastAttempt: false }

describe('fetching media from Graph', () => {
  let server: TestServer
  let tenantId: string
  let emulator: Emulator
  let channelId: string
  beforeAll(async () => {
    server = await startTestServer()
    const owner = await server.register()
    tenantId = owner.tenantId
    ;({ emulator, channelId } = await connectEmulator(server, owner))
  })
  afterAll(async () => {
    await server.close()
    await emulator.stop()
  })

  async function fetchIt(providerMediaId: string, url?: string, channel = channelId) {
    const [mediaId = ''] = await inTenant(server.ctx.db, tenantId, (tx) =>
      createPendingMedia(tx, tenantId, [{ kind: 'document', mime: 'text/plain', providerMediaId }]),
    )
    const failure = await downloadMediaHandler(server.ctx)(
      { tenantId, mediaId, channelId: channel, messageId: randomUUID(), providerMediaId, url },
      META,
    ).catch((e) => e)
    const [row] = await server.sql<{ status: string; size: string | null }>('select status, size from media where id = $1', [mediaId])
    return { ...row, failure: failure instanceof Error ? failure.message : undefined }
  }
  const made = () => emulator.control.addMedia({ bytes: Buffer.from('a note'), mimeType: 'text/plain', filename: 'nota.txt' }).id

  test('by its id alone', async () => {
    expect(await fetchIt(made())).toMatchObject({ status: 'stored', size: '6' })
  })

  test('an address of the webhook that is over, or not of Meta, is passed by', async () => {
    expect(await fetchIt(made(), `${emulator.graphUrl}/media-download/1?ext=1&hash=over`)).toMatchObject({ status: 'stored' })
    expect(await fetchIt(made(), `${server.url}/health`)).toMatchObject({ status: 'stored' })
    expect(await fetchIt(made(), 'http://127.0.0.1:9/')).toMatchObject({ status: 'stored' })
  })

  test('what Graph does not know is tried again for a while', async () => {
    expect(await fetchIt('123456789')).toMatchObject({ status: 'pending', failure: 'media not fetched: gone' })
  })

  test('a channel that was switched off still gets what was sent to it; an absent one does not', async () => {
    await server.sql("update channels set status = 'disabled' where id = $1", [channelId])
    expect(await fetchIt(made())).toMatchObject({ status: 'stored' })
    expect(await fetchIt(made(), undefined, randomUUID())).toMatchObject({ status: 'pending', failure: 'media not fetched: gone' })
  })
})
