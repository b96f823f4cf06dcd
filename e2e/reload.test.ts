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

it('a connection that breaks while the past is being sent asks for all of it again, whatever came live meanwhile', async () => {
  const page = await stage.open(`${stage.server.url}/entrar`)
  await logIn(page, { email: DEMO.owner.email, password: DEMO.password })
  const asked: string[] = []
  const AHEAD = `999999999.${Math.floor(Date.now() / 1000)}`
  await page.routeWebSocket(/\/socket\.io\//, (socket) => {
    const server = socket.connectToServer()
    socket.onMessage((frame) => {
      const cursor = /^42\d*\["authenticate",.*"cursor":"([^"]+)"/.exec(String(frame))?.[1]
      if (cursor) asked.push(cursor)
      server.send(frame)
    })
    server.onMessage((frame) => {
      // The first answer does not arrive any more: something live does, and then the line is dead.
      if (asked.length !== 1 || !/^43\d*\[\{"ok":true,"cursor"/.test(String(frame))) return socket.send(frame)
      socket.send(`42["told:live",{"cursor":"${AHEAD}"}]`)
      void socket.close()
    })
  })
  await page.reload()
  const [first, second] = await eventually(() => asked.length > 1 && asked)
  expect(second).toBe(first)
  await page.getByText('Rafael Menezes').first().waitFor()
})
