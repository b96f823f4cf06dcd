import { afterAll, beforeAll, expect, test } from 'vitest'
import { sealOldSecrets } from '../../seal-old-secrets.ts'
import { connectChannel, delivery, inbound, post, type TestChannel } from '../../testing/test-channel.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

let server: TestServer
beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server.close())

const COLUMNS = ['access_token', 'app_secret', 'verify_token'] as const
/** By whom each of a channel's secrets is sealed: 1, the server; 2, the company. */
const sealedBy = async (id: string): Promise<number[]> => {
  const [row] = await server.sql<Record<string, Buffer>>('select access_token_enc, app_secret_enc, verify_token_enc from channels where id = $1', [id])
  return COLUMNS.map((c) => row?.[`${c}_enc`]?.[0] ?? 0)
}
/** As an earlier version left it. */
async function makeOld(channel: TestChannel, verifyToken: string): Promise<void> {
  const texts = { access_token: 'um token', app_secret: channel.appSecret, verify_token: verifyToken }
  const sealed = COLUMNS.map((c) => server.ctx.keys.seal(`channels.${c}:${channel.id}`, texts[c]))
  await server.sql('update channels set access_token_enc = $2, app_secret_enc = $3, verify_token_enc = $4 where id = $1', [channel.id, ...sealed])
}
const setup = (token: string, id: string) => server.call<{ verifyToken: string }>('GET', `/api/channels/${id}/setup`, { token })
const said = (channel: TestChannel) => post(server, channel, delivery(channel, { messages: [inbound({ text: 'oi' })] }))

test("a channel's secrets are the company's; those of an earlier version work on, and are sealed anew after the first day", async () => {
  const owner = await server.register()
  const channel = await connectChannel(server, owner)
  expect(await sealedBy(channel.id)).toEqual([2, 2, 2])
  const { verifyToken } = (await setup(owner.token, channel.id)).body
  await makeOld(channel, verifyToken)
  expect((await said(channel)).status).toBe(200)
  expect((await setup(owner.token, channel.id)).body).toMatchObject({ verifyToken })
  // An earlier version may still run beside this one, or come back.
  await sealOldSecrets(server.ctx)
  expect(await sealedBy(channel.id)).toEqual([1, 1, 1])
  await sealOldSecrets(server.ctx, '0 seconds')
  expect(await sealedBy(channel.id)).toEqual([2, 2, 2])
  expect((await said(channel)).status).toBe(200)
  expect((await setup(owner.token, channel.id)).body).toMatchObject({ verifyToken })
})

test('the secret of another company, moved here, signs for nobody; a company whose key is broken holds up no other', async () => {
  const [one, two] = [await server.register(), await server.register()]
  const [mine, theirs] = [await connectChannel(server, one), await connectChannel(server, two)]
  await server.sql('update channels set app_secret_enc = (select app_secret_enc from channels where id = $2) where id = $1', [mine.id, theirs.id])
  expect((await said(mine)).status).toBe(401)
  expect((await said({ ...mine, appSecret: theirs.appSecret })).status).toBe(401)
  expect((await said(theirs)).status).toBe(200)
  await server.sql("update data_keys set wrapped = substring(wrapped for 20) || '\\x00'::bytea || substring(wrapped from 22) where tenant_id = $1", [
    one.tenantId,
  ])
  expect((await said(theirs)).status).toBe(200)
})
