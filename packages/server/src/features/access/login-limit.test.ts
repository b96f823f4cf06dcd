import { expect, test } from 'vitest'
import { AppError } from '../../platform/errors.ts'
import { LoginLimit, networkOf } from './login-limit.ts'

const wrong = async () => undefined
const right = async () => true as const
const refusalOf = (e: unknown) => (e instanceof AppError ? e.code : e)

test('five failures of an account, from anywhere, close it; the sixth is not even checked', async () => {
  const limit = new LoginLimit(5)
  for (let i = 0; i < 5; i++) await limit.attempt({ ip: `10.0.0.${i}`, email: 'a@x.br' }, wrong)
  let checked = false
  const sixth = limit.attempt({ ip: '10.0.0.9', email: 'a@x.br' }, async () => {
    checked = true
    return true
  })
  await expect(sixth).rejects.toMatchObject({ code: 'too_many_requests', retryAfter: expect.any(Number) })
  expect(checked).toBe(false)
})

test('five failures of a network close it, whoever they were for', async () => {
  const limit = new LoginLimit(5)
  for (let i = 0; i < 5; i++) await limit.attempt({ ip: '10.0.0.1', email: `${i}@x.br` }, wrong)
  await expect(limit.attempt({ ip: '10.0.0.1', email: 'other@x.br' }, right)).rejects.toMatchObject({ code: 'too_many_requests' })
  expect(await limit.attempt({ ip: '10.0.0.2', email: 'other@x.br' }, right)).toBe(true)
})

test('only failures count, and a success forgets those of the account', async () => {
  const limit = new LoginLimit(3)
  const who = (n: number) => ({ ip: `10.0.1.${n}`, email: 'a@x.br' })
  for (let i = 0; i < 20; i++) expect(await limit.attempt(who(1), right)).toBe(true)
  for (let round = 0; round < 3; round++) {
    await limit.attempt(who(10 * round + 2), wrong)
    await limit.attempt(who(10 * round + 3), wrong)
    expect(await limit.attempt(who(10 * round + 4), right)).toBe(true)
  }
})

test('with a hundred tries at once exactly five are checked', async () => {
  const limit = new LoginLimit(5)
  let checked = 0
  const tries = Array.from({ length: 100 }, () =>
    limit
      .attempt({ ip: '10.0.0.1', email: 'a@x.br' }, async () => {
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

test('a check that breaks holds nobody up', async () => {
  const limit = new LoginLimit(5)
  const broken = limit.attempt({ ip: '10.0.0.1', email: 'a@x.br' }, () => Promise.reject(new Error('database gone')))
  await expect(broken).rejects.toThrow('database gone')
  expect(await limit.attempt({ ip: '10.0.0.1', email: 'a@x.br' }, right)).toBe(true)
})

test.each([
  ['203.0.113.9', '203.0.113.9'],
  ['::ffff:203.0.113.9', '203.0.113.9'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2'],
  ['2001:db8:1:2::1', '2001:db8:1:2'],
  ['2001:db8::1', '2001:db8:0:0'],
  ['::1', '0:0:0:0'],
])('%s belongs to the network %s', (ip, network) => {
  expect(networkOf(ip)).toBe(network)
})
