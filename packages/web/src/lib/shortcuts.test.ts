import { expect, it } from 'vitest'
import { keyName } from './shortcuts.ts'

const press = (key: string, held: Partial<{ ctrlKey: boolean; metaKey: boolean; altKey: boolean }> = {}) =>
  keyName({ key, ctrlKey: false, metaKey: false, altKey: false, ...held })

it('names keys as shortcuts are written', () => {
  expect(press('J')).toBe('j')
  expect(press('?')).toBe('?')
  expect(press('Escape')).toBe('Escape')
  expect(press('k', { ctrlKey: true })).toBe('mod+k')
  expect(press('k', { metaKey: true })).toBe('mod+k')
})

it('leaves Alt and dead keys to the keyboard: ABNT2 types with them', () => {
  expect(press('q', { altKey: true })).toBeNull()
  expect(press('q', { altKey: true, ctrlKey: true })).toBeNull()
  expect(press('Dead')).toBeNull()
})
