import { Factors, LoginAnswer, NewPasskey, PasskeyOptions, RecoveryCodes, TotpStarted } from '@atende/contracts/factors'
import { generate } from 'otplib'
import { createAuthenticator } from '../../../testing/authenticator.ts'
import type { TestServer } from '../../../testing/test-server.ts'

/** The address under which the tests' pages stand; the server must allow it (ALLOWED_ORIGINS). */
export const ORIGIN = 'https://atende.example'

type Who = { token: string }

/** A code of the app, some steps of 30 seconds from now; not in the last moments of a step, when it would be another one on arrival. */
export async function codeOf(secret: string, steps = 0): Promise<string> {
  const left = 30_000 - (Date.now() % 30_000)
  // A timer may ring a moment early.
  if (left < 4000) await new Promise((r) => setTimeout(r, left + 100))
  return generate({ secret, epoch: Math.floor(Date.now() / 1000) + steps * 30 })
}

export const readFactors = async (server: TestServer, who: Who) => Factors.parse((await server.call('GET', '/api/auth/factors', who)).body)

/** Sets an app up with the code of the step before, so that the codes of now and of the next step are still to be used. */
export async function enrolTotp(server: TestServer, who: Who): Promise<{ secret: string; codes: string[] }> {
  const { secret } = TotpStarted.parse((await server.call('POST', '/api/auth/factors/totp', who)).body)
  const answer = await server.call('POST', '/api/auth/factors/totp/confirm', { ...who, body: { code: await codeOf(secret, -1) } })
  return { secret, codes: RecoveryCodes.parse(answer.body).recoveryCodes ?? [] }
}

export async function enrolPasskey(server: TestServer, who: Who, name = 'Notebook') {
  const key = createAuthenticator(ORIGIN)
  const options = PasskeyOptions.parse((await server.call('POST', '/api/auth/factors/passkeys/options', who)).body)
  const answer = await server.call('POST', '/api/auth/factors/passkeys', { ...who, body: { name, response: key.register(options) } })
  return { key, ...NewPasskey.parse(answer.body) }
}

export const logIn = (server: TestServer, who: { email: string; password: string }, ip: string) =>
  server.call('POST', '/api/auth/login', { body: { email: who.email, password: who.password }, headers: { 'x-forwarded-for': ip } })

/** The token of a login that waits for its second step. */
export async function askedOf(server: TestServer, who: { email: string; password: string }, ip: string) {
  const answer = LoginAnswer.parse((await logIn(server, who, ip)).body)
  if (!('secondFactor' in answer)) throw new Error('no second factor was asked')
  return answer.secondFactor
}

export const second = (server: TestServer, token: string, proof: unknown, ip: string) =>
  server.call('POST', '/api/auth/login/second', { body: { token, proof }, headers: { 'x-forwarded-for': ip } })

/** Lets the proof of a session be older than it counts. */
export const ageProof = (server: TestServer, userId: string) =>
  server.sql("update sessions set proven_at = now() - interval '11 minutes' where user_id = $1", [userId])

export const auditOf = async (server: TestServer, tenantId: string, action: string) =>
  (await server.diary('tenant_id = $1 and action = $2', [tenantId, action])).map(({ outcome, details }) => ({ outcome, details: details ?? {} }))
