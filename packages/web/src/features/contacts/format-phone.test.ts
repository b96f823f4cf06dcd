import { expect, it } from 'vitest'
import { formatPhone, shownName } from './format-phone.ts'

it.each([
  ['+5548991234567', '+55 48 99123-4567'],
  ['554832221111', '+55 48 3222-1111'],
  ['+55 (48) 99123-4567', '+55 48 99123-4567'],
  ['+14155550123', '+1 415 555 0123'],
  ['+351912345678', '+351 912 345 678'],
  ['+4915123456789', '+49 151 234 56789'],
  ['11987654321', '11987654321'],
  ['ramal 12', 'ramal 12'],
  ['', ''],
])('%s reads %s', (phone, said) => expect(formatPhone(phone)).toBe(said))

it('a name that is only a phone reads as one', () => {
  expect(shownName('+5548991234567')).toBe('+55 48 99123-4567')
  expect(shownName('Marina 24')).toBe('Marina 24')
})
