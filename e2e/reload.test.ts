import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEMO } from '../packages/server/src/demo/demo-data.ts'
import { seedDemo } from '../packages/server/src/demo/seed-demo.ts'
import { eventually } from '../packages/server/src/testing/test-server.ts'
import { logIn, type Stage, setStage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await setStage()
  const { server, emulator } = stage
  await seedDemo(server.ctx, { ...emulator.defaults, graphUrl: emulator.graphUrl })
  const { phoneNumberId, verifyToken } = emulator.defaults
  await emulator.control.setWebhook(phoneNumberId, { callbackUrl: `${server.url}/webhooks/whatsapp`, verifyToken })
})
afterAll(() => stage.close())

/** Each load renews the login, and a refresh token shown twice ends it: an impatient reload must not look like a thief. */
it('reloading again and again, at every moment of a load, keeps the login', async () => {
  const page = await stage.open(`${stage.server.url}/entrar`)
  await logIn(page, { email: DEMO.owner.email, password: DEMO.password })
  for (let i = 0; i < 30; i++) {
    await page.reload({ waitUntil: 'commit' })
    await page.waitForTimeout(40 + i * 12)
  }
  await page.reload()
  await page.getByText('Rafael Menezes').first().waitFor()
  expect(page.url()).toContain('/conversas')
  expect(await stage.server.sql("select 1 from sessions where end_reason = 'reuse_detected'")).toEqual([])
})

it('what a customer writes while a page opens is on it, though the socket came later than the lists', async () => {
  const page = await stage.open(`${stage.server.url}/entrar`)
  await logIn(page, { email: DEMO.owner.email, password: DEMO.password })
  const { promise: through, resolve: letThrough } = Promise.withResolvers<void>()
  await page.routeWebSocket(/\/socket\.io\//, async (socket) => {
    await through
    socket.connectToServer()
  })
  await page.reload()
  await page.getByText('Rafael Menezes').first().waitFor()
  const title = await page.title()
  const stored = () => stage.server.sql("select 1 from outgoing_events where kind = 'message.new'")
  const before = (await stored()).length
  await stage.emulator.control.sendAs('5511999990000', { type: 'text', text: { body: 'Escrevi no meio da abertura' } }, { name: 'Marina Souza' })
  await eventually(async () => (await stored()).length > before)
  expect(await page.getByText('Escrevi no meio da abertura').count()).toBe(0)
  letThrough()
  await page.getByText('Escrevi no meio da abertura').first().waitFor()
  await eventually(async () => (await page.title()) !== title)
  expect(await page.title()).toMatch(/^\(\d+\)/)
})
