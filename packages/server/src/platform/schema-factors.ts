import type { Created, Defaulted } from './columns.ts'

/** Second factors of people, and logins that wait for one. */
export type FactorTables = {
  totp_factors: {
    user_id: string
    secret_enc: Buffer | null
    confirmed_at: Date | null
    last_step: Defaulted<string | number>
    pending_enc: Buffer | null
    pending_at: Date | null
  }
  recovery_codes: { user_id: string; code_hash: Buffer; created_at: Created; used_at: Date | null }
  passkeys: {
    id: string
    user_id: string
    credential_id: string
    public_key: Buffer
    counter: Defaulted<string | number>
    transports: Defaulted<string[]>
    backed_up: Defaulted<boolean>
    name: string
    created_at: Created
    last_used_at: Date | null
  }
  pending_logins: {
    id: string
    user_id: string
    tenant_id: string | null
    token_hash: Buffer
    proven_by: string
    created_at: Created
    expires_at: Date
  }
}
