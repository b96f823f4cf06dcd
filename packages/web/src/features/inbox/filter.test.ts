import { describe, expect, it } from 'vitest'
import { filterOf, readSearch } from './filter.ts'
import { windowState } from './window.ts'

describe('the address of the inbox', () => {
  it('falls back to the plain list', () => {
    expect(readSearch({})).toMatchObject({ view: 'all', status: 'open' })
    expect(readSearch({ view: 'nonsense', status: 7, tag: 'not-an-id' })).toMatchObject({ view: 'all', status: 'open', tag: undefined })
  })

  it('asks the server only for what is filtered', () => {
    expect(filterOf(readSearch({ view: 'mine', q: ' ana ' }))).toEqual({ view: 'mine', status: 'open', q: 'ana' })
  })
})

describe('the 24 h window', () => {
  const now = Date.UTC(2026, 10, 20, 12)
  const until = (hours: number) => ({ status: 'open' as const, windowExpiresAt: new Date(now + hours * 3_600_000).toISOString() })

  it('is open, closing soon, or closed', () => {
    expect(windowState(until(10), now)).toMatchObject({ open: true, closesSoon: false })
    expect(windowState(until(3), now)).toMatchObject({ open: true, closesSoon: true })
    expect(windowState(until(-1), now)).toMatchObject({ open: false, closesSoon: false })
    expect(windowState({ status: 'open', windowExpiresAt: null }, now)).toMatchObject({ open: false, expiresAt: null })
  })
})
