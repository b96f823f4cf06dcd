import { describe, expect, it } from 'vitest'
import { type Draft, emptyDraft, finish, newRow, newSection } from './draft.ts'

const words = { location: 'Onde?', contact: 'Telefone?', listButton: 'Ver' }
const draft = (kind: Draft['kind'], parts: Partial<Draft> = {}): Draft => ({ ...emptyDraft(kind, words), ...parts })

describe('an interactive message while it is written', () => {
  it('names every field that is missing, and is not ready', () => {
    const { ready, problems } = finish(draft('buttons'))
    expect(ready).toBeNull()
    expect([...problems.keys()].sort()).toEqual(['body', 'buttons.0.title', 'buttons.1.title'])
  })

  it('becomes what the server takes, with ids that nobody had to invent', () => {
    const { ready } = finish(
      draft('buttons', {
        body: ' Qual? ',
        buttons: [
          { key: 'a', title: 'Sim' },
          { key: 'b', title: 'Não, obrigado' },
        ],
      }),
    )
    expect(ready?.send).toEqual({
      kind: 'buttons',
      body: 'Qual?',
      buttons: [
        { id: 'b1-sim', title: 'Sim' },
        { id: 'b2-nao-obrigado', title: 'Não, obrigado' },
      ],
    })
  })

  it('says which button repeats another', () => {
    const { problems } = finish(
      draft('buttons', {
        body: 'Qual?',
        buttons: [
          { key: 'a', title: 'Sim' },
          { key: 'b', title: 'Sim' },
        ],
      }),
    )
    expect([...problems]).toEqual([['buttons.1.title', 'repeated']])
  })

  it('counts the options of a list over all sections, and wants titles for several', () => {
    const rows = (n: number) => Array.from({ length: n }, (_, i) => ({ ...newRow(), title: `Opção ${i}` }))
    const { ready, problems } = finish(
      draft('list', {
        body: 'Escolha',
        sections: [
          { ...newSection(), title: 'A', rows: rows(6) },
          { ...newSection(), rows: rows(5) },
        ],
      }),
    )
    expect(ready).toBeNull()
    expect([...problems.keys()].sort()).toEqual(['sections', 'sections.1.title'])
  })

  it('puts https:// before an address that was written without', () => {
    const { ready } = finish(draft('cta_url', { body: 'Veja', label: 'Abrir', url: 'example.com/menu' }))
    expect(ready?.send).toMatchObject({
      action: { url: 'https://example.com/menu' },
    })
  })

  it('a request is ready with its own words', () => {
    expect(finish(draft('location_request')).ready?.send).toEqual({ kind: 'location_request', body: 'Onde?' })
  })

  it('a card without its picture is not ready', () => {
    expect(finish(draft('carousel', { body: 'Quartos' })).problems.has('cards.0.header.media')).toBe(true)
  })
})
