import type { Created, Defaulted } from './columns.ts'

/** Links that people get by mail, and single sign-on. */
export type AccountTables = {
  account_links: {
    id: string
    user_id: string
    kind: string
    token_hash: Buffer
    email: string
    expires_at: Date
    used_at: Date | null
    voided_at: Date | null
    created_at: Created
  }
  sso_settings: {
    tenant_id: string
    label: string
    issuer: string
    client_id: string
    client_secret_enc: Buffer
    domains: Defaulted<string[]>
    newcomer_role: string | null
    enabled_at: Date | null
    passwords_refused_since: Date | null
    updated_at: Defaulted<Date>
  }
  sso_identities: {
    tenant_id: string
    issuer: string
    subject: string
    user_id: string
    created_at: Created
    last_used_at: Defaulted<Date>
  }
}
