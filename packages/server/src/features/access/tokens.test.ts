import fc from 'fast-check'
import { expect, test } from 'vitest'
import { newSecret, readInvitationToken, readToken, writeInvitationToken, writeToken } from './tokens.ts'

const session = { tenantId: '01930000-0000-7000-8000-000000000001', sessionId: '01930000-0000-7000-8000-000000000002', generation: 7 }

test('a token comes back as it was written', () => {
  const token = { ...session, secret: newSecret() }
  expect(readToken(writeToken(token))).toEqual(token)
})

test('a super admin has no tenant in the token', () => {
  const token = { ...session, tenantId: null, secret: newSecret() }
  expect(readToken(writeToken(token))).toEqual(token)
})

test('what we did not write is no token', () => {
  const text = writeToken({ ...session, secret: newSecret() })
  for (const bad of ['', '...', `${text}x`, text.slice(1), text.replace('.', '!'), text.replace('.7.', '.-7.'), text.replace('.7.', '.zzzzzz.')]) {
    expect(readToken(bad)).toBeUndefined()
  }
  fc.assert(fc.property(fc.string(), (s) => readToken(s) === undefined))
})

test('an invitation token carries its tenant', () => {
  const secret = newSecret()
  expect(readInvitationToken(writeInvitationToken(session.tenantId, secret))).toEqual({ tenantId: session.tenantId, secret })
  expect(readInvitationToken(`x.${secret}`)).toBeUndefined()
})
