import { afterAll, beforeAll, expect, it } from 'vitest'
import { DEMO } from '../packages/server/src/demo/demo-data.ts'
import { seedDemo } from '../packages/server/src/demo/seed-demo.ts'
import { logIn, type Stage, setStage } from './stage.ts'

let stage: Stage
beforeAll(async () => {
  stage = await setStage()
  await seedDemo(stage.server.ctx, { ...stage.emulator.defaults, graphUrl: stage.emulator.graphUrl })
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
