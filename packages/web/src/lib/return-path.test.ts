import { expect, it } from 'vitest'
import { safeReturn } from './return-path.ts'

it.each(['/conversas/123?view=mine', '/contatos', '/configuracoes/perfil#x'])('goes back to %s', (path) => expect(safeReturn(path)).toBe(path))

it.each([undefined, '', 'https://mal.example', '//mal.example', '/\\mal.example', 'javascript:alert(1)', '/entrar?voltar=/x', '/criar-conta'])(
  'never goes to %s',
  (path) => expect(safeReturn(path)).toBe('/'),
)
