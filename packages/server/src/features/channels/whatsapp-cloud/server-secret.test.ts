import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Emulator, startEmulator } from 'whatsapp-emulator'
import { openedDeliveries } from '../../../testing/opened.ts'
import { delivery, inbound, newWamid, post } from '../../../testing/test-channel.ts'
import { eventually, startTestServer, type TestServer } from '../../../testing/test-server.ts'

/** One app at Meta for several companies: all their numbers are signed with the server's secret. */
const SECRET = 'the-secret-of-the-whole-server'
type Owner = Awaited<ReturnType<TestServer['register']>>
let server: TestServer
let emulator: Emulator
let honest: Owner
let curious: Owner
const madeUp = { phoneNumberId: '990000111222', appSecret: SECRET }

const connect = (who: Owner, body: { phoneNumberId: string; wabaId: string; accessToken: string }) =>
  server.call<{ id: string; status: string }>('POST', '/api/channels', { token: who.token, body: { name: 'Recepção', graphUrl: emulator.graphUrl, ...body } })

beforeAll(async () => {
  emulator = await startEmulator({ quiet: true })
  server = await startTestServer({ META_APP_SECRET: SECRET })
  honest = await server.register('Pousada')
  curious = await server.register('Curiosos')
  const { phoneNumberId, wabaId, accessToken } = emulator.defaults
  expect(await connect(honest, { phoneNumberId, wabaId, accessToken })).toMatchObject({ status: 201, body: { status: 'connected' } })
  // A number that nobody gave them, of an account that is another's.
  expect(await connect(curious, { phoneNumberId: madeUp.phoneNumberId, wabaId, accessToken: 'a token of somewhere else' })).toMatchObject({ status: 201 })
})
afterAll(async () => {
  await server.close()
  await emulator.stop()
})

const signed = { appSecret: SECRET }
async function ownersOf(text: string): Promise<{ tenant_id: string | null }[]> {
  const tenants = await server.sql<{ tenant_id: string | null }>('select distinct tenant_id from webhook_events')
  const all = await Promise.all(tenants.map(async (t) => (await openedDeliveries(server, t.tenant_id)).filter((b) => b.includes(text)).map(() => t)))
  return all.flat()
}

describe('deliveries that the server’s own secret signed', () => {
  it('reach the company whose token reaches the number', async () => {
    const id = newWamid()
    expect((await post(server, signed, delivery(emulator.defaults, { messages: [inbound({ id })] }))).status).toBe(200)
    const [row] = await eventually(async () => {
      const rows = await server.sql<{ tenant_id: string }>('select tenant_id from messages where provider_id = any($1)', [await server.providerIds(id)])
      return rows.length > 0 ? rows : undefined
    })
    expect(row?.tenant_id).toBe(honest.tenantId)
  })

  it('for a number that a company only wrote down are kept for the operator', async () => {
    const id = newWamid()
    const body = delivery({ phoneNumberId: madeUp.phoneNumberId, wabaId: '880000111222' }, { messages: [inbound({ id })] })
    expect((await post(server, signed, body)).status).toBe(200)
    expect(await ownersOf(id)).toEqual([{ tenant_id: null }])
  })

  it('about an account are told only to who showed that it is theirs', async () => {
    const value = { event: 'ACCOUNT_VIOLATION', violation_info: { violation_type: 'ADULT_marker_77' } }
    const body = { object: 'whatsapp_business_account', entry: [{ id: emulator.defaults.wabaId, time: 1, changes: [{ field: 'account_update', value }] }] }
    expect((await post(server, signed, body)).status).toBe(200)
    expect(await ownersOf('ADULT_marker_77')).toEqual([{ tenant_id: honest.tenantId }])
  })

  it('another secret reaches nobody', async () => {
    expect((await post(server, { appSecret: 'a guess' }, delivery(emulator.defaults, { messages: [inbound()] }))).status).toBe(401)
  })
})
