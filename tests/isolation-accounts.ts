import { uuidv7 } from '../packages/server/src/platform/ids.ts'

/** What `isolation.test.ts` knows of accounts and single sign-on: doors, tables, routes. */
export const ACCOUNT_DOORS = [
  'door_account_link', // whose is this link? the hash of its secret is the key
  'door_purge_links', // removes old links; answers nothing
  'door_sso_of_slug', // which provider a company's address leads to, before anybody is logged in
]

/** Rows of a person, not of a tenant: theirs by app.user_id. */
export const PERSONAL_TABLES = ['account_links']

const self = { cannot: 'concerns the caller only' }
const secret = { cannot: 'the secret of the link is the key' }
const own = { cannot: 'the settings of the own company; it takes no id' }
export const ACCOUNT_ROUTES = {
  'GET /api/auth/entry': { cannot: 'public: a company’s address and the name of its provider' },
  'POST /api/auth/forgot-password': { cannot: 'public, answers the same for every address' },
  'POST /api/auth/reset-password': secret,
  'POST /api/auth/confirm-email': secret,
  'POST /api/auth/email': self,
  'POST /api/auth/email/confirm-again': self,
  'POST /api/auth/sessions/end-others': self,
  'GET /api/auth/sso/:slug/start': { cannot: 'public: leads to the provider of the company in its address' },
  'GET /api/auth/sso/callback': { cannot: 'the sealed cookie names the tenant; see sso.test.ts' },
  'POST /api/auth/sso/link': self,
  'DELETE /api/auth/sso/link': self,
  'GET /api/sso': { list: true as const },
  'PUT /api/sso': own,
  'DELETE /api/sso': own,
  'POST /api/sso/test': { cannot: 'asks the address in the body' },
  'GET /debug/mails': { cannot: 'development only, this machine only' },
}

/** Rows of the victim that an intruder must not see. */
export const plantAccounts = async (sql: (text: string, values: unknown[]) => Promise<unknown>, victim: { tenantId: string; userId: string }, mark: string) => {
  await sql(
    "insert into account_links (id, user_id, kind, token_hash, email, expires_at) values ($1, $2, 'reset_password', sha256('x'), $3, now() + interval '1 hour')",
    [uuidv7(), victim.userId, `${mark}@example.com`],
  )
  await sql("insert into sso_settings (tenant_id, label, issuer, client_id, client_secret_enc) values ($1, $2, 'https://idp.example', 'c', 'x')", [
    victim.tenantId,
    mark,
  ])
  await sql("insert into sso_identities (tenant_id, issuer, subject, user_id) values ($1, 'https://idp.example', $3, $2)", [
    victim.tenantId,
    victim.userId,
    mark,
  ])
}
