import { decodeJwt, exportJWK, generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../../testing/test-server.ts'

/** Access tokens that nobody issued, with the claims of one that somebody did. */
let server: TestServer
let owner: Awaited<ReturnType<TestServer['register']>>
let key: Buffer
beforeAll(async () => {
  server = await startTestServer()
  owner = await server.register()
  key = server.ctx.keys.derive('access-token')
})
afterAll(() => server.close())

const b64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const claims = () => decodeJwt(owner.token)
const sign = (change: object = {}, header: Record<string, unknown> = {}, by: Uint8Array = key) =>
  new SignJWT({ ...claims(), ...change }).setProtectedHeader({ alg: 'HS256', ...header }).sign(by)
const status = async (token: string) => (await server.call('GET', '/api/auth/me', { token })).status

test('the same claims, signed as we do, are good: what follows fails for its own reason', async () => {
  expect(await status(await sign())).toBe(200)
})

test.each<[string, () => Promise<string> | string]>([
  ['without a signature', () => `${b64({ alg: 'none' })}.${b64(claims())}.`],
  ['without a signature, its name in capitals', () => `${b64({ alg: 'NONE' })}.${b64(claims())}.`],
  ['with the signature cut off', () => owner.token.replace(/[^.]+$/, '')],
  [
    'with the signature of other claims',
    async () => `${owner.token.split('.')[0]}.${b64({ ...claims(), sub: '0198c0de-0000-7000-8000-000000000000' })}.${owner.token.split('.')[2]}`,
  ],
  ['signed by another key', () => sign({}, {}, Buffer.alloc(32, 7))],
  ['signed by a key of another purpose', () => sign({}, {}, server.ctx.keys.derive('media-url'))],
  ['of another algorithm, with the right key', () => sign({}, { alg: 'HS512' })],
  [
    'that brings its own key',
    async () => {
      const { publicKey, privateKey } = await generateKeyPair('ES256')
      return new SignJWT(claims()).setProtectedHeader({ alg: 'ES256', jwk: await exportJWK(publicKey) }).sign(privateKey)
    },
  ],
  ['that names a place for its key', () => sign({}, { jku: 'https://evil.example/keys', kid: '../../dev/null' }, Buffer.alloc(32, 7))],
  ['that has run out', () => sign({ exp: Math.floor(Date.now() / 1000) - 60 })],
  ['that begins tomorrow', () => sign({ nbf: Math.floor(Date.now() / 1000) + 86_400 })],
  ['for another audience', () => sign({ aud: 'other' })],
  ['of another issuer', () => sign({ iss: 'other' })],
  ['of a session that is not', () => sign({ sid: '0198c0de-0000-7000-8000-000000000000' })],
  ['of another person, in a session of somebody', () => sign({ sub: '0198c0de-0000-7000-8000-000000000000' })],
])('a token %s opens nothing', async (_, make) => {
  expect(await status(await make())).toBe(401)
})
