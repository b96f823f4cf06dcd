import { expect, it } from 'vitest'
import { formatPhone } from './format-phone.ts'

it.each([
  ['+5548991234567', '+55 48 99123-4567'],
  ['554832221111', '+55 48 3222-1111'],
  ['+14155550123', '+14155550123'],
  ['', ''],
])('%s reads %s', (phone, said) => expect(formatPhone(phone)).toBe(said))
