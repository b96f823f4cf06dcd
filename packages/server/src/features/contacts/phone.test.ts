import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalPhone, normalizePhone } from './phone.ts'

test.each([
  ['5511987654321', '5511987654321'],
  ['551187654321', '5511987654321'],
  ['+55 (81) 8888-7777', '5581988887777'],
  ['551168765432', '5511968765432'],
])('a Brazilian mobile %s has its ninth digit in the key', (digits, key) => {
  expect(canonicalPhone(digits)).toBe(key)
})

test.each(['551133334444', '555133334444', '14155552671', '351912345678', '558001234567', '55118765432'])('%s stays as it is', (digits) => {
  expect(canonicalPhone(digits)).toBe(digits)
})

test('the key of a key is the key', () => {
  fc.assert(fc.property(fc.string(), (s) => canonicalPhone(canonicalPhone(s)) === canonicalPhone(s)))
})

test.each([
  ['11 98765-4321', '+5511987654321'],
  ['(11) 8765-4321', '+5511987654321'],
  ['011 3333-4444', '+551133334444'],
  ['+1 415 555 2671', '+14155552671'],
  ['5581988887777', '+5581988887777'],
])('%s is understood as %s', (spelling, e164) => {
  expect(normalizePhone(spelling)).toBe(e164)
})

test.each(['abc', '123', '+5511 5555', '99999999999999', ''])('%s is no phone', (spelling) => {
  expect(normalizePhone(spelling)).toBeUndefined()
})
