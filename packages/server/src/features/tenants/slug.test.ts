import { Slug } from '@atende/contracts/tenants'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { slugOf, slugOfHost } from './slug.ts'

test.each([
  ['Pousada Recanto do Mar', 'pousada-recanto-do-mar'],
  ['  Café & Cia. São João! ', 'cafe-cia-sao-joao'],
  ['日本', 'conta'],
  ['Admin', 'admin-1'],
])('%s lives at %s', (name, slug) => {
  expect(slugOf(name)).toBe(slug)
})

test('every name makes a slug that the contract takes', () => {
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (name) => Slug.safeParse(slugOf(name)).success))
})

test.each([
  ['recanto.atende.com.br', 'recanto'],
  ['Recanto.Atende.com.br:3000', 'recanto'],
  ['atende.com.br', undefined],
  ['a.b.atende.com.br', undefined],
  ['recanto.example.com', undefined],
  ['evil-atende.com.br', undefined],
])('the tenant of %s is %s', (host, slug) => {
  expect(slugOfHost(host, 'atende.com.br')).toBe(slug)
})

test('without a base domain no host names a tenant', () => {
  expect(slugOfHost('recanto.atende.com.br', undefined)).toBeUndefined()
})
