import { uuidv7 } from '../packages/server/src/platform/ids.ts'
import type { TestServer } from '../packages/server/src/testing/test-server.ts'

/** A person's, in whichever tenant they work: theirs by user_id, and of nobody else (passkey_challenges: not even theirs). */
export const PERSONS = new Set(['totp_factors', 'recovery_codes', 'passkeys', 'pending_logins', 'passkey_challenges'])

export const FACTOR_DOORS = [
  'door_factor_counts', // two counts, of the own tenant
  'door_find_passkey', // whose passkey: a person and their address, for one credential
  'door_keep_challenge', // what a passkey must sign: a hash, in only
  'door_session_guard', // when one session was proven, and whether a second factor is missing
  'door_take_challenge', // was this challenge given, for this and to them? once
]

const self = { cannot: 'concerns the caller only' }
/** Second factors among the routes of isolation.test.ts. */
export const FACTOR_ROUTES = {
  'POST /api/auth/login/second': { cannot: 'the token of the first step is the key' },
  'POST /api/auth/login/second/passkey': { cannot: 'the token of the first step is the key' },
  'POST /api/auth/login/passkey/options': { cannot: 'public, knows no tenant' },
  'POST /api/auth/login/passkey': { cannot: 'the signature of the passkey is the key' },
  'GET /api/auth/factors': { list: true as const },
  'POST /api/auth/factors/recovery-codes': self,
  'POST /api/auth/factors/totp': self,
  'POST /api/auth/factors/totp/confirm': self,
  'DELETE /api/auth/factors/totp': self,
  'POST /api/auth/factors/passkeys/options': self,
  'POST /api/auth/factors/passkeys': self,
  'PATCH /api/auth/factors/passkeys/:id': { id: 'passkey', body: { name: 'x' } },
  'DELETE /api/auth/factors/passkeys/:id': { id: 'passkey' },
  'POST /api/auth/step-up': self,
  'POST /api/auth/step-up/passkey': self,
  'GET /api/tenants/current/security': { list: true as const },
  'PATCH /api/tenants/current/security': self,
}

/** A row in each table of the person; answers the id of the passkey. */
export async function plantFactors(server: TestServer, victim: { userId: string; tenantId: string }, name: string): Promise<string> {
  const passkey = uuidv7()
  await server.sql("insert into passkeys (id, user_id, credential_id, public_key, name) values ($1, $2, 'chave', 'x', $3)", [passkey, victim.userId, name])
  await server.sql("insert into totp_factors (user_id, pending_enc, pending_at) values ($1, 'x', now())", [victim.userId])
  await server.sql("insert into recovery_codes (user_id, code_hash) values ($1, 'x')", [victim.userId])
  await server.sql("insert into passkey_challenges values ('x', 'login', $1, now() + interval '1 minute')", [victim.userId])
  await server.sql(
    "insert into pending_logins (id, user_id, tenant_id, token_hash, proven_by, expires_at) values ($1, $2, $3, 'x', 'sso', now() + interval '1 minute')",
    [uuidv7(), victim.userId, victim.tenantId],
  )
  return passkey
}
