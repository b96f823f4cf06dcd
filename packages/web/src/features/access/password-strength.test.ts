import { expect, it } from 'vitest'
import { passwordStrength } from './password-strength.ts'

it.each([
  ['', 'empty'],
  ['curta', 'short'],
  ['aaaaaaaaaaaa', 'weak'],
  ['1234567890', 'weak'],
  ['marina2026', 'weak'],
  ['rede verde9', 'good'],
  ['tartaruga no telhado', 'strong'],
])('"%s" is %s', (password, level) => expect(passwordStrength(password, ['Marina Duarte', 'marina@exemplo.com.br']).level).toBe(level))

it('says how much is missing', () => expect(passwordStrength('abcdefg').missing).toBe(3))
