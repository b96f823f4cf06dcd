import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256 } from '../../platform/crypto.ts'
import { inTenant } from '../../platform/database.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { downloadInboundMedia, type Fetched, INBOUND_LIMIT } from './download-inbound.ts'
import { createPendingMedia, type PendingMedia } from './media.ts'
import { nextTry, PROVIDER_KEEPS_MS } from './retry-plan.ts'

type Row = {
  id: string
  status: string
  reason: string | null
  size: string | null
  mime: string
  declared_mime: string
  executable: boolean
  animated: boolean
  error: string | null
  attempts: number
  try_id: string | null
  retry_at: Date | null
}
const MINUTE = 60_000

describe('fetching what customers send', () => {
  let server: TestServer
  let tenantId: string
  beforeAll(async () => {
    // Without a worker, the test is the only one who runs jobs.
    server = await startTestServer({ ROLE: 'web' })
    tenantId = (await server.register()).tenantId
  })
  afterAll(() => server.close())

  const rowOf = async (id: string): Promise<Row> => {
    const [row] = await server.sql<Row>('select * from media where id = $1', [id])
    if (!row) throw new Error('no row')
    return row
  }
  const pending = async (more: Partial<PendingMedia> = {}) => {
    const [id = ''] = await inTenant(server.ctx.db, tenantId, (tx) =>
      createPendingMedia(tx, tenantId, [{ kind: 'document', mime: 'text/plain', providerMediaId: '1', ...more }]),
    )
    return id
  }
  const jobOf = (mediaId: string, tryId: string | null = null) => ({
    tenantId,
    mediaId,
    channelId: randomUUID(),
    messageId: randomUUID(),
    providerMediaId: '1',
    tryId,
  })
  async function* body(...pieces: (Buffer | Error)[]) {
    for (const piece of pieces) {
      if (piece instanceof Error) throw piece
      yield piece
    }
  }
  const opened = (...pieces: (Buffer | Error | string)[]): Fetched => ({
    outcome: 'opened',
    body: body(...pieces.map((p) => (typeof p === 'string' ? Buffer.from(p) : p))),
  })
  /** As the queue would: the try that is planned now. */
  const run = async (mediaId: string, fetched: Fetched) => downloadInboundMedia(server.ctx, jobOf(mediaId, (await rowOf(mediaId)).try_id), async () => fetched)
  const planned = (mediaId: string) =>
    server.sql<{ start_after: Date; data: { tryId: string } }>(
      "select start_after, data from pgboss.job where name = 'media.download' and data->>'mediaId' = $1",
      [mediaId],
    )

  test('bytes that differ from the announced hash are not kept; both spellings of the hash are understood', async () => {
    for (const encoding of ['base64', 'hex'] as const) {
      const wrong = await pending({ sha256: sha256('other bytes').toString(encoding) })
      await run(wrong, opened('the bytes'))
      expect(await rowOf(wrong)).toMatchObject({ status: 'failed', reason: 'checksum', size: null })
      await expect(server.ctx.storage.stat(`${tenantId}/${wrong}`)).rejects.toThrow()
      const right = await pending({ sha256: sha256('the bytes').toString(encoding) })
      await run(right, opened('the ', 'bytes'))
      expect(await rowOf(right)).toMatchObject({ status: 'stored', reason: null, size: '9' })
    }
  })

  test('short troubles stay invisible, longer ones are shown with the next try, and success still comes', async () => {
    const id = await pending()
    await run(id, { outcome: 'failed', detail: 'timeout' })
    await run(id, opened('half', new Error('connection lost')))
    expect(await rowOf(id)).toMatchObject({ status: 'pending', reason: 'not_yet', error: 'connection lost', attempts: 2 })
    await run(id, { outcome: 'failed', detail: 'timeout' })
    const failed = await rowOf(id)
    expect(failed).toMatchObject({ status: 'failed', reason: 'not_yet', attempts: 3 })
    const jobs = await planned(id)
    expect(jobs).toHaveLength(3)
    expect(jobs.map((j) => j.data.tryId)).toContain(failed.try_id)
    expect(Math.abs(Number(failed.retry_at) - Number(jobs.find((j) => j.data.tryId === failed.try_id)?.start_after))).toBeLessThan(3000)
    await run(id, opened('at last'))
    expect(await rowOf(id)).toMatchObject({ status: 'stored', error: null, retry_at: null })
  })

  test('an ad’s picture has only its own address, and keeps it for every try', async () => {
    const url = 'https://scontent.fbcdn.net/a.jpg'
    for (const [providerMediaId, kept] of [
      ['referral:', url],
      ['1', null],
    ] as const) {
      const id = await pending({ providerMediaId, url })
      const asked: (string | null | undefined)[] = []
      await downloadInboundMedia(server.ctx, { ...jobOf(id), providerMediaId }, async (wanted) => {
        asked.push(wanted.url)
        return { outcome: 'failed', detail: 'timeout' }
      })
      await server.sql("update media set created_at = now() - interval '1 hour' where id = $1", [id])
      const [next] = await planned(id)
      expect(JSON.stringify(next?.data)).not.toContain(url)
      await downloadInboundMedia(server.ctx, { ...jobOf(id, next?.data.tryId), providerMediaId }, async (wanted) => {
        asked.push(wanted.url)
        return opened('x')
      })
      expect(asked).toEqual([url, kept])
    }
  })

  test('an outdated or repeated try does nothing', async () => {
    const id = await pending()
    await run(id, { outcome: 'failed', detail: 'timeout' })
    const before = await rowOf(id)
    let asked = 0
    for (const tryId of [null, randomUUID()]) {
      await downloadInboundMedia(server.ctx, jobOf(id, tryId), async () => {
        asked++
        return opened('x')
      })
    }
    expect(asked).toBe(0)
    expect(await rowOf(id)).toEqual(before)
    await expect(downloadInboundMedia(server.ctx, jobOf(randomUUID()), async () => opened('x'))).resolves.toBeUndefined()
  })

  test('a transfer larger than the limit is cut at the limit, not read to its end', async () => {
    const id = await pending()
    const piece = Buffer.alloc(1024 * 1024)
    let given = 0
    async function* endless() {
      for (;;) {
        given += piece.length
        yield piece
      }
    }
    await run(id, { outcome: 'opened', body: endless() })
    expect(given).toBeGreaterThan(INBOUND_LIMIT)
    expect(given).toBeLessThanOrEqual(INBOUND_LIMIT + piece.length)
    expect(await rowOf(id)).toMatchObject({ status: 'too_large', reason: 'too_large', size: null })
    await expect(server.ctx.storage.stat(`${tenantId}/${id}`)).rejects.toThrow()
    await run(id, opened('x'))
    expect(await rowOf(id)).toMatchObject({ status: 'too_large' })
  })

  test('the address of the webhook is used while it can work, and not after', async () => {
    const seen: (string | null | undefined)[] = []
    for (const age of ['1 minute', '6 minutes']) {
      const id = await pending({ url: 'https://here' })
      await server.sql(`update media set created_at = now() - interval '${age}' where id = $1`, [id])
      await downloadInboundMedia(server.ctx, jobOf(id), async (wanted) => {
        seen.push(wanted.url)
        return opened('x')
      })
    }
    expect(seen).toEqual(['https://here', null])
  })

  test('"no such media" is believed the second time, and at once when a week has passed', async () => {
    const young = await pending()
    await run(young, { outcome: 'gone' })
    expect(await rowOf(young)).toMatchObject({ status: 'pending', reason: 'not_yet' })
    await run(young, { outcome: 'failed', detail: 'timeout' })
    await run(young, { outcome: 'gone' })
    expect(await rowOf(young)).not.toMatchObject({ status: 'expired' })
    await run(young, { outcome: 'gone' })
    expect(await rowOf(young)).toMatchObject({ status: 'expired', reason: 'expired', retry_at: null })
    const old = await pending()
    await server.sql("update media set created_at = now() - interval '8 days' where id = $1", [old])
    await run(old, { outcome: 'gone' })
    expect(await rowOf(old)).toMatchObject({ status: 'expired' })
  })

  test('a token that is refused shows at once, and tries end with the week', async () => {
    const id = await pending()
    await run(id, { outcome: 'token', detail: '190' })
    expect(await rowOf(id)).toMatchObject({ status: 'failed', reason: 'token' })
    await server.sql("update media set created_at = now() - interval '8 days' where id = $1", [id])
    await run(id, { outcome: 'token', detail: '190' })
    expect(await rowOf(id)).toMatchObject({ status: 'expired', reason: 'expired' })
  })

  test('what Meta announced without handing it over says so', async () => {
    expect(await rowOf(await pending({ providerMediaId: null }))).toMatchObject({ status: 'failed', reason: 'refused' })
  })

  test('the content decides the type, what was declared is kept beside, and programs are flagged', async () => {
    const html = await pending({ kind: 'image', mime: 'image/png' })
    await run(html, opened('<html><script>alert(1)</script></html>'))
    expect(await rowOf(html)).toMatchObject({ mime: 'text/html', declared_mime: 'image/png', executable: false })
    const program = await pending({ mime: 'application/pdf', filename: 'conta.pdf' })
    await run(program, opened(Buffer.concat([Buffer.from('MZ'), Buffer.alloc(200)])))
    expect(await rowOf(program)).toMatchObject({ mime: 'application/x-msdownload', declared_mime: 'application/pdf', executable: true })
    const named = await pending({ mime: 'text/plain', filename: 'leia-me.txt.vbs' })
    await run(named, opened('MsgBox 1'))
    expect(await rowOf(named)).toMatchObject({ executable: true })
    const list = await pending({ mime: 'text/csv', filename: null })
    await run(list, opened('a;b\n1;2\n'))
    expect(await rowOf(list)).toMatchObject({ mime: 'text/csv' })
  })
})

describe('the plan of the tries', () => {
  const received = new Date('2026-11-01T12:00:00Z')
  const gaps = (reason: Parameters<typeof nextTry>[1]) => {
    const out: number[] = []
    for (let now = received.getTime(), n = 1; ; n++) {
      const at = nextTry(n, reason, received, now)
      if (!at) return out
      out.push((at.getTime() - now) / 1000)
      now = at.getTime()
    }
  }
  test('growing gaps from seconds to two hours, the last one at the end of the seventh day', () => {
    const all = gaps('not_yet')
    expect(all.slice(0, 8)).toEqual([5, 15, 60, 300, 900, 1800, 3600, 7200])
    expect(Math.max(...all)).toBe(7200)
    expect(all.reduce((sum, gap) => sum + gap, 0) * 1000).toBe(PROVIDER_KEEPS_MS)
    expect(all.length).toBeGreaterThan(80)
  })
  test('a refused token is given longer gaps from the start', () => {
    expect(gaps('token').slice(0, 3)).toEqual([60, 300, 900])
    expect(gaps('token').reduce((sum, gap) => sum + gap, 0) * 1000).toBe(PROVIDER_KEEPS_MS)
    expect(nextTry(1, 'gone', received, received.getTime())).toEqual(new Date(received.getTime() + MINUTE))
  })
})
