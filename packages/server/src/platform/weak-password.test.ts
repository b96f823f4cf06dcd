import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinTenant } from '../features/access/test-people.ts'
import { startTestServer, type TestServer } from '../testing/test-server.ts'
import { isWeakPassword } from './weak-password.ts'

it.each([
  ...['1234567890', '0987654321', 'qwertyuiop', 'qwerty1234', 'abcdefghij', 'aaaaaaaaaa', '1212121212', 'abcabcabcabc', '1q2w3e4r5t', 'zaq12wsxcde3'],
  ...['password123', 'P@ssw0rd123', 'senha12345', 'Senha@2026', 'minhasenha1', 'flamengo10!!', 'Corinthians2012', 'brasil@1234', 'euteamo123', 'jesuscristo'],
  // Made of nothing that we know; published lists know them.
  ...['1234567890q', 'harrypotter', 'Tinkerbell', 'realmadrid!', 'Strawberry99', 'nuttertools'],
  ...['mariajose10', 'qwerty123456', 'admin12345', 'iloveyou12', 'mudar12345', '12345senha', 'football2024', '11111111111'],
])('%s is refused', (password) => expect(isWeakPassword(password)).toBe(true))

it.each([
  'uma senha bem longa',
  'cavalo bateria grampo',
  'h7Kp-92xQ-vv1m',
  'o gato da vizinha mia cedo',
  'atende-demo',
  'correct horse battery staple',
  'xxxxxxxxxyzw-Kq8',
])('%s is taken', (password) => expect(isWeakPassword(password)).toBe(false))

it('what everybody knows of the person is no password of theirs', () => {
  const own = ['Pousada Recanto do Mar', 'Helena Prado', 'helena.prado@recanto.example']
  for (const password of ['recanto2026', 'HelenaPrado1', 'pousada-recanto', 'Prado@123456'])
    expect([password, isWeakPassword(password, own)]).toEqual([password, true])
  expect(isWeakPassword('HelenaPrado1')).toBe(false)
})

describe('wherever somebody chooses one', () => {
  let server: TestServer
  beforeAll(async () => {
    server = await startTestServer()
  })
  afterAll(() => server.close())
  const refused = (path: string) => ({ status: 400, body: { code: 'validation_failed', errors: [{ path, code: 'too_common' }] } })

  it('at the registration, by an invitation, in the profile', async () => {
    const account = { companyName: 'Padaria Aurora', name: 'Rita Lopes', email: `rita.${process.pid}@aurora.example` }
    const register = (password: string) => server.call('POST', '/api/auth/register', { body: { ...account, password } })
    expect(await register('senha12345')).toMatchObject(refused('password'))
    expect(await register('padaria2026')).toMatchObject(refused('password'))
    expect((await register('pao quente às seis')).status).toBe(201)
    const owner = await server.register()
    const change = { currentPassword: owner.password, newPassword: 'qwertyuiop' }
    expect(await server.call('PATCH', '/api/auth/me', { token: owner.token, body: change })).toMatchObject(refused('newPassword'))
    await expect(joinTenant(server, owner, 'ATTENDANT', 'Senha12345')).rejects.toThrow()
  })
})
