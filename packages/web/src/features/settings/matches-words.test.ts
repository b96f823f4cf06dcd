import { expect, it } from 'vitest'
import { matchesWords } from './matches-words.ts'

it.each([
  ['', true],
  ['sessao', true],
  ['SESSÕES abertas', true],
  ['perf sen', true],
  ['essoes', false],
  ['canal', false],
])('"%s" finds the profile: %s', (search, found) => expect(matchesWords(search, ['Perfil', 'Seu nome, senha e sessões abertas.', 'sessão'])).toBe(found))
