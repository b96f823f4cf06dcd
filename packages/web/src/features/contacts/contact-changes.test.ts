import { expect, it } from 'vitest'
import { changesOf } from './contact-changes.ts'

const before = { name: 'Ana', phone: '+5548991234567', email: '', notes: 'térreo' }

it('sends only what was changed, and empties as null', () => {
  expect(changesOf(before, before)).toEqual({})
  expect(changesOf(before, { ...before, notes: '', email: 'ana@exemplo.com.br' })).toEqual({ notes: null, email: 'ana@exemplo.com.br' })
  expect(changesOf(before, { ...before, name: 'Ana Lima' })).toEqual({ name: 'Ana Lima' })
})
