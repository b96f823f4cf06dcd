import type { Template, TemplateParts } from '@atende/contracts/templates'
import { describe, expect, it } from 'vitest'
import { addButton, EMPTY_PARTS, emptyDraft, followText, move, nextVariable, toName, withCategory, withLayout } from './editor/draft.ts'
import { ENGLISH_PROBLEMS } from './editor/problems-english.ts'
import { firstLine } from './first-line.ts'
import { asksForNothing, startValues, withButton, withSuggestions } from './picker/values.ts'

const parts = (more: Partial<TemplateParts>): TemplateParts => ({ ...EMPTY_PARTS, ...more })

describe('the editor', () => {
  it('numbers and names variables so that none is taken twice', () => {
    expect(nextVariable('Oi {{1}} e {{3}}', 'positional', '')).toBe('4')
    expect(nextVariable('Oi {{nome}}', 'named', 'nome')).toBe('nome_2')
    expect(nextVariable('Oi', 'named', 'nome')).toBe('nome')
  })

  it('keeps the samples of variables that stay, and drops those that go', () => {
    const known = [
      { name: 'nome', example: 'Ana' },
      { name: 'hora', example: '14 h' },
    ]
    expect(followText('Oi {{nome}}, dia {{data}}', known)).toEqual([
      { name: 'nome', example: 'Ana' },
      { name: 'data', example: '' },
    ])
    expect(followText('Oi {{No Me}}', known)).toEqual([])
  })

  it('makes a name of what somebody types', () => expect(toName('Confirmação de Reserva 2')).toBe('confirmacao_de_reserva_2'))

  it('puts a new quick reply beside the others', () => {
    const kinds = (['quick_reply', 'url', 'quick_reply'] as const).reduce<ReturnType<typeof addButton>>((list, kind) => addButton(list, kind), [])
    expect(kinds.map((b) => b.kind)).toEqual(['quick_reply', 'quick_reply', 'url'])
    expect(move([1, 2, 3], 0, 2)).toEqual([2, 3, 1])
    expect(move([1, 2, 3], 0, -1)).toEqual([1, 2, 3])
  })

  it('gives codes parts of their own, and takes an offer away outside of marketing', () => {
    const auth = withCategory(emptyDraft('c'), 'AUTHENTICATION')
    expect([auth.parts.auth, auth.parts.buttons.length, auth.parameterFormat]).toEqual([{ securityAdvice: true, expiresMinutes: 10 }, 1, 'positional'])
    expect(withCategory(auth, 'UTILITY').parts).toEqual(EMPTY_PARTS)
    const offer = { ...emptyDraft('c'), category: 'MARKETING' as const, parts: parts({ offer: { text: 'Hoje', hasExpiration: true } }) }
    expect(withCategory(offer, 'UTILITY').parts.offer).toBeNull()
    expect(withLayout(parts({ footer: 'x' }), true)).toMatchObject({ footer: null, cards: [{}, {}] })
  })
})

describe('the picker', () => {
  const greeting = parts({ body: 'Oi {{nome}}, dia {{data}}', header: { kind: 'text', text: 'Para {{nome}}', variable: { name: 'nome', example: 'A' } } })

  it('takes suggestions only where nobody has written', () => {
    const values = { ...startValues(greeting), body: { nome: '' } }
    expect(withSuggestions(greeting, values, { nome: 'Bia', data: '1/1', outra: 'x' })).toMatchObject({
      body: { nome: '', data: '1/1' },
      header: { value: 'Bia' },
    })
  })

  it('knows when there is nothing to fill in', () => {
    expect(asksForNothing(parts({ body: 'Oi, tudo bem?' }))).toBe(true)
    for (const one of [greeting, parts({ header: { kind: 'location' } }), parts({ buttons: [{ kind: 'copy_code', example: 'A' }] })])
      expect(asksForNothing(one)).toBe(false)
  })

  it('a cleared button value is no value', () => expect(withButton([{ index: 0, value: 'a' }], 0, '')).toEqual([]))
})

it('the first line shows samples, and no marks of formatting', () => {
  const template = {
    language: 'pt_BR',
    parts: parts({ body: 'Oi *{{nome}}*,\n2*3 e snake_case', variables: [{ name: 'nome', example: 'Ana' }] }),
  } satisfies Pick<Template, 'language' | 'parts'>
  expect(firstLine(template)).toBe('Oi Ana, 2*3 e snake_case')
})

it('every problem of the rules can be said in English', async () => {
  const { readFile } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const contracts = join(import.meta.dirname, '../../../../contracts/src')
  const source = (await Promise.all(['template-rules.ts', 'template-values.ts'].map((f) => readFile(join(contracts, f), 'utf8')))).join('\n')
  const codes = [...source.matchAll(/problem\([^,]+, '([a-z_]+)'/g)].map((m) => m[1] ?? '')
  expect(codes.length).toBeGreaterThan(30)
  expect(codes.filter((c) => !(c in ENGLISH_PROBLEMS))).toEqual([])
})
