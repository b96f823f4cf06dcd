import { expect, it } from 'vitest'
import { hueOf, initialsOf } from './avatar-color.ts'

it.each([
  ['Marina Duarte', 'MD'],
  ['Antônio de Vasconcelos Neto', 'AN'],
  ['íris', 'Í'],
  ['✨ Ana ✨', 'A'],
  ['+55 21 98888-0003', '#'],
  ['  ', '#'],
])('"%s" is %s', (name, initials) => expect(initialsOf(name)).toBe(initials))

it('gives the same person the same colour', () => {
  expect(hueOf('a-b-c')).toBe(hueOf('a-b-c'))
  expect(new Set(Array.from({ length: 60 }, (_, n) => hueOf(`person ${n}`))).size).toBeGreaterThan(8)
})
