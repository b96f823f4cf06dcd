import { afterAll, beforeAll, expect, test } from 'vitest'
import { AppError } from '../../platform/errors.ts'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'
import { LoginLimit } from './login-limit.ts'

let server: TestServer
let limit: LoginLimit
beforeAll(async () => {
  server = await startTestServer({ IP_ALLOW_LIST: '198.51.100.0/24' })
  limit = new LoginLimit(server.ctx)
})
afterAll(() => server.close())

const wrong = async () => undefined
const right = async () => true as const
const refusalOf = (e: unknown) => (e instanceof AppError ? e.code : e)

test('five failures of an account, from anywhere, close it; the sixth is not even checked', async () => {
  for (let i = 0; i < 5; i++) await limit.attempt({ ip: `10.0.0.${i}`, email: 'a@x.br' }, wrong)
  let checked = false
  const sixth = limit.attempt({ ip: '10.0.0.9', email: 'A@x.br' }, async () => {
    checked = true
    return true
  })
  await expect(sixth).rejects.toMatchObject({ code: 'too_many_requests', retryAfter: expect.any(Number) })
  expect(checked).toBe(false)
})

test('five failures of a network close it, whoever they were for', async () => {
  for (let i = 0; i < 5; i++) await limit.attempt({ ip: '10.0.1.1', email: `${i}@x.br` }, wrong)
  await expect(limit.attempt({ ip: '10.0.1.1', email: 'other@x.br' }, right)).rejects.toMatchObject({ code: 'too_many_requests' })
  expect(await limit.attempt({ ip: '10.0.1.2', email: 'other@x.br' }, right)).toBe(true)
})

test('an IPv6 caller has one network, however many addresses', async () => {
  for (let i = 1; i <= 5; i++) await limit.attempt({ ip: `2001:db8:7:7::${i}`, email: `six${i}@x.br` }, wrong)
  await expect(limit.attempt({ ip: '2001:db8:7:7:ffff::1', email: 'six@x.br' }, right)).rejects.toMatchObject({ code: 'too_many_requests' })
  expect(await limit.attempt({ ip: '2001:db8:7:8::1', email: 'six@x.br' }, right)).toBe(true)
})

test('only failures count, and a success forgets those of the account', async () => {
  const who = (n: number) => ({ ip: `10.0.2.${n}`, email: 'c@x.br' })
  for (let i = 0; i < 20; i++) expect(await limit.attempt(who(1), right)).toBe(true)
  for (let round = 0; round < 3; round++) {
    for (let i = 0; i < 4; i++) await limit.attempt(who(10 * round + 2 + i), wrong)
    expect(await limit.attempt(who(10 * round + 8), right)).toBe(true)
  }
})

test('with a hundred tries at once exactly five are checked', async () => {
  let checked = 0
  const tries = Array.from({ length: 100 }, () =>
    limit
      .attempt({ ip: '10.0.3.1', email: 'd@x.br' }, async () => {
        checked++
        await new Promise((r) => setTimeout(r, 2))
        return undefined
      })
      .catch(refusalOf),
  )
  const answers = await Promise.all(tries)
  expect(checked).toBe(5)
  expect(answers.filter((a) => a === 'too_many_requests')).toHaveLength(95)
})

test('twenty colleagues who log in together from one network do not take each other’s places', async () => {
  const tries = Array.from({ length: 20 }, (_, i) => limit.attempt({ ip: '10.0.4.1', email: `colega${i}@x.br` }, right))
  expect(await Promise.all(tries)).toEqual(Array(20).fill(true))
})

test('a check that breaks holds nobody up and costs nothing', async () => {
  for (let i = 0; i < 10; i++) {
    const broken = limit.attempt({ ip: '10.0.5.1', email: 'e@x.br' }, () => Promise.reject(new Error('database gone')))
    await expect(broken).rejects.toThrow('database gone')
  }
  expect(await limit.attempt({ ip: '10.0.5.1', email: 'e@x.br' }, right)).toBe(true)
})

test('a network on the allow list is not limited, an account there is', async () => {
  for (let i = 0; i < 9; i++) expect(await limit.attempt({ ip: '198.51.100.4', email: `f${i}@x.br` }, wrong)).toBeUndefined()
  for (let i = 0; i < 5; i++) await limit.attempt({ ip: '198.51.100.4', email: 'g@x.br' }, wrong)
  await expect(limit.attempt({ ip: '198.51.100.4', email: 'g@x.br' }, right)).rejects.toMatchObject({ code: 'too_many_requests' })
})
